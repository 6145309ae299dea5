"""One boot in several ways, side by side: the harness beside bare commands, or another tree."""

import dataclasses
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from harness.errors import HarnessError
from harness.machines import BootPath
from harness.site import Site
from harness.witness.wire import DhcpKind, DhcpMessage, HttpExchange, read_capture
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
    offer_s: float | None = None
    """How long DHCPv4's offers were waited for, dhcpd's ping above all; None: not captured."""
    guest_cpu_s: float | None = None
    """Of QEMU; None: nobody looked."""
    choice_cpu_s: float | None = None
    """Of QEMU until the choice: firmware and loader, without the payload."""


MEASURES: Mapping[str, str] = {
    "wall_s": "whole scenario",
    "up_s": "  lab up",
    "choice_s": "  power-on to the menu's choice",
    "offer_s": "    of it, waiting for an offer",
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
    before: str = ""
    """Another way, that this one is compared with too."""
    before_bars: Mapping[str, Bar] = field(default_factory=dict)
    """By measure: how its ratio to that one is judged."""
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
    """Sum up what was measured: medians side by side, ratios pair by pair."""
    counts = {len(boots) for boots in samples.values()}
    missing = [way.name for way in ways if way.name not in samples]
    return Section(
        title=f"boot by {path}, {max(counts)} times each, in turn",
        headings=tuple(way.name for way in ways),
        rows=tuple(
            Row(name=title, cells=tuple(_spread(samples.get(way.name, ()), name) for way in ways))
            for name, title in MEASURES.items()
        ),
        figures=tuple(_figures(ways, samples)),
        notes=tuple(f"{name}: cannot boot by this path" for name in missing),
        samples={name: [dataclasses.asdict(boot) for boot in samples[name]] for name in samples},
    )


_COMPARED = ("wall_s", "choice_s", "cpu_s", "guest_cpu_s", "choice_cpu_s")
"""Measures whose ratio is shown though no bar may be set for it."""


def _figures(ways: Sequence[Way], samples: Mapping[str, Sequence[Boot]]) -> Iterator[Figure]:
    """Compare each way with the first one, and with the one that it names."""
    base = ways[0].name
    for way in ways[1:]:
        for other, bars in ((base, way.bars), (way.before, way.before_bars)):
            if way.name in samples and other in samples:
                yield from _ratios(way.name, other, bars, samples)


def _ratios(
    name: str, other: str, bars: Mapping[str, Bar], samples: Mapping[str, Sequence[Boot]]
) -> Iterator[Figure]:
    """Compare a way with another, in what both have measured."""
    for measure, title in MEASURES.items():
        values, baseline = (_values(samples[way], measure) for way in (name, other))
        if values and baseline and (measure in bars or measure in _COMPARED):
            yield Figure(
                name=f"{title.strip()}, {name} / {other}",
                measured=Spread.of(ratios(values, baseline)),
                unit=Unit.RATIO,
                bar=bars.get(measure),
            )


def _spread(boots: Sequence[Boot], measure: str) -> Spread | None:
    """Sum up one measure of one way; None when it cannot boot so, or does not measure it."""
    values = _values(boots, measure)
    return Spread.of(values) if values else None


def _values(boots: Sequence[Boot], measure: str) -> list[float]:
    """Give one measure of each boot that has it."""
    found = (getattr(boot, measure) for boot in boots)
    return [float(value) for value in found if value is not None]


@dataclass(frozen=True, kw_only=True)
class Choice:
    """The menu's choice, as the wire has it: the request for the default entry's kernel."""

    time_s: float
    """The time of day."""
    offer_s: float
    """How long offers of DHCPv4 were waited for until then; 0 in a capture without them."""


def choice(capture_path: Path, site: Site) -> Choice:
    """Read it from a capture.

    Raises:
        HarnessError: the kernel was never asked for.
    """
    kernel = site.menu.entries[site.menu.default].kernel or ""
    capture = read_capture(capture_path)
    asked = (each.time_s for each in capture.of(HttpExchange) if each.path == f"/{kernel}")
    time_s = next(asked, None)
    if time_s is None:
        raise HarnessError("no request for the kernel was captured", log_path=capture_path)
    messages = [each for each in capture.of(DhcpMessage) if each.time_s < time_s]
    return Choice(time_s=time_s, offer_s=offer_s(messages))


def offer_s(messages: Sequence[DhcpMessage]) -> float:
    """Add up the times from a first DISCOVER to the OFFER that ends the waiting."""
    waited_s, since_s = 0.0, None
    for message in messages:
        if message.kind is DhcpKind.DISCOVER and since_s is None:
            since_s = message.time_s
        elif message.kind is DhcpKind.OFFER and since_s is not None:
            waited_s, since_s = waited_s + message.time_s - since_s, None
    return waited_s
