"""One boot in several ways, side by side: the harness beside bare commands."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from harness.machines import BootPath
from harness.site import Site
from harness.witness.wire import HttpExchange, read_capture
from tools.bench.figure import Bar, Figure, Spread, Unit, ratios
from tools.bench.result import Row, Section
from tools.bench.setting import Setting

RUNS = 3
DEFAULT_PATHS = (
    *("x64-tftp-ipv4", "x64-tftp-ipv6", "x64-http-ipv4", "x64-http-ipv6", "bios-ipxe-rom"),
)
"""One of each kind that a script can boot by, too."""


@dataclass(frozen=True, kw_only=True)
class Boot:
    """What one boot of the default entry took, from nothing to nothing."""

    wall_s: float
    up_s: float
    """Until somebody could switch the guest on."""
    choice_s: float
    """From the order to switch it on until it asked for the menu's choice, the kernel."""
    verdict_s: float
    """From there until it was off and known to have booted right."""
    down_s: float
    cpu_s: float
    """Of everything that had a part in it."""
    guest_cpu_s: float
    """Of QEMU."""
    choice_cpu_s: float
    """Of QEMU until the choice: firmware and loader, without the payload's Linux."""


MEASURES: Mapping[str, str] = {
    "wall_s": "whole scenario",
    "up_s": "  lab up",
    "choice_s": "  power-on to the menu's choice",
    "verdict_s": "  choice to verdict",
    "down_s": "  lab down",
    "cpu_s": "CPU of everything",
    "guest_cpu_s": "CPU of QEMU",
    "choice_cpu_s": "  CPU of QEMU to the menu's choice",
}
"""What is shown of a boot, by the field's name, in this order."""


@dataclass(frozen=True, kw_only=True)
class Way:
    """A way to boot: a column of the comparison."""

    name: str
    boot: Callable[[Setting, BootPath, Path], Boot]
    """Boots once; the directory is empty and stays."""
    bars: Mapping[str, Bar] = field(default_factory=dict)
    """By measure: how its ratio to the first way is judged."""
    takes: Callable[[Setting, BootPath], bool] = lambda _setting, _path: True
    """Whether a boot path can be tried in this way."""


def measure(setting: Setting, path: BootPath, ways: Sequence[Way], *, runs: int = RUNS) -> Section:
    """Boot by one path in all ways in turn, so that a drift of the machine hits them alike."""
    samples: dict[str, list[Boot]] = {way.name: [] for way in ways if way.takes(setting, path)}
    for number in range(1, runs + 1):
        for way in ways:
            if way.name in samples:
                directory = setting.fresh_dir(f"boot/{path}/{way.name}-{number}")
                boot = way.boot(setting, path, directory)
                samples[way.name].append(boot)
                setting.say(f"{path}, {number} of {runs}, {way.name}: {boot.wall_s:.2f} s")
    return summary(path, ways, samples)


def summary(path: BootPath, ways: Sequence[Way], samples: Mapping[str, Sequence[Boot]]) -> Section:
    """Sum up what was measured: medians side by side, ratios to the first way pair by pair."""
    base, *others = ways
    tried = [way for way in others if way.name in samples]
    counts = {len(boots) for boots in samples.values()}
    missing = [way.name for way in ways if way.name not in samples]
    return Section(
        title=f"boot by {path}, {max(counts)} times each, in turn",
        headings=tuple(way.name for way in ways),
        rows=tuple(
            Row(name=title, cells=tuple(_spread(samples.get(way.name), name) for way in ways))
            for name, title in MEASURES.items()
        ),
        figures=tuple(
            _ratio(name, way, base, samples)
            for way in tried
            for name in MEASURES
            if base.name in samples and (name in way.bars or name in _COMPARED)
        ),
        notes=tuple(f"{name}: cannot boot by this path" for name in missing),
        samples={name: [dataclasses.asdict(boot) for boot in samples[name]] for name in samples},
    )


_COMPARED = ("wall_s", "choice_s", "cpu_s", "guest_cpu_s", "choice_cpu_s")
"""Measures whose ratio is shown though no bar may be set for it."""


def _spread(boots: Sequence[Boot] | None, measure: str) -> Spread | None:
    """Sum up one measure of one way; None when it cannot boot so."""
    return Spread.of(_values(boots, measure)) if boots else None


def _ratio(measure: str, way: Way, base: Way, samples: Mapping[str, Sequence[Boot]]) -> Figure:
    """Compare one measure of a way with the first way's."""
    values = ratios(_values(samples[way.name], measure), _values(samples[base.name], measure))
    return Figure(
        name=f"{MEASURES[measure].strip()}, {way.name} / {base.name}",
        measured=Spread.of(values),
        unit=Unit.RATIO,
        bar=way.bars.get(measure),
    )


def _values(boots: Sequence[Boot], measure: str) -> list[float]:
    """Give one measure of each boot."""
    return [float(getattr(boot, measure)) for boot in boots]


def choice_time_s(capture_path: Path, site: Site) -> float | None:
    """Give the time of day at which the default entry's kernel was asked for; None if never.

    Needs no more of the wire than the requests.
    """
    kernel = site.menu.entries[site.menu.default].kernel or ""
    asked = read_capture(capture_path).of(HttpExchange)
    return next((each.time_s for each in asked if each.path == f"/{kernel}"), None)
