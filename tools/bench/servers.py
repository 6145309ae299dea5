"""Labs with other DHCP servers beside ISC's, in turn; and how long it takes to ask and compare."""

import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from harness import process
from harness.services.registry import check_site, load_site
from harness.site import Site
from tools.bench import lab
from tools.bench.figure import Bar, Figure, Spread, Unit, ratios
from tools.bench.result import Row, Section
from tools.bench.setting import Setting

RUNS = 5
KINDS = ("kea", "dnsmasq")
"""The sites with the reference site's decision tree in other servers: how their names end."""
_PHASES = ("services", "up", "down")
_ASK = "harness ask, each kind of client"
_ASK_BAR = Bar(limit=3.0)
_TIMEOUT_S = 120.0

Samples = dict[str, list[float]]
"""What was measured → the seconds that it took, run by run."""


def sites(reference: Site) -> dict[str, Site]:
    """Give the reference site and those beside it, each by what is compared."""
    found = {kind: load_site(Path(f"{reference.dir}-{kind}")) for kind in KINDS}
    for each in found.values():
        check_site(each)
    return {"ISC": reference, **found}


def measure(setting: Setting, *, runs: int = RUNS) -> Section:
    """Let labs of all go up and down in turn, then ask and compare; cold ones do not count."""
    beside = sites(setting.site)
    samples: Samples = {}
    for number in range(runs + 1):
        for name, site in beside.items():
            laps = lab.up_and_down(replace(setting, site=site))
            if number:
                for phase in _PHASES:
                    samples.setdefault(f"{phase}, {name}", []).append(laps[phase].wall_s)
        for name, command in _commands(beside).items():
            took_s = _took_s(command)
            if number:
                samples.setdefault(name, []).append(took_s)
                setting.say(f"{number} of {runs}: {name}: {took_s:.2f} s")
    return summary(samples)


def _commands(beside: dict[str, Site]) -> dict[str, Sequence[str]]:
    harness = str(Path(sys.executable).with_name("harness"))
    here = str(beside["ISC"].dir)
    compared = {
        f"harness compare with {kind}, --no-boots": (
            *(harness, "compare", here, str(beside[kind].dir), "--no-boots"),
        )
        for kind in KINDS
    }
    return {_ASK: (harness, "ask", here), **compared}


def _took_s(command: Sequence[str]) -> float:
    """Run a command as a person does; that what it compares differs is no fault here."""
    before = time.monotonic()
    process.run(command, timeout_s=_TIMEOUT_S, check=False)
    return time.monotonic() - before


def summary(samples: Samples) -> Section:
    """Sum up what was measured: labs against ISC's, run by run."""
    beside = tuple(
        Figure(
            name=f"lab up, {kind} / ISC",
            measured=Spread.of(ratios(samples[f"up, {kind}"], samples["up, ISC"])),
            unit=Unit.RATIO,
        )
        for kind in KINDS
    )
    asked = Figure(name=_ASK, measured=Spread.of(samples[_ASK]), unit=Unit.SECONDS, bar=_ASK_BAR)
    return Section(
        title=f"DHCP servers in turn, {len(samples[_ASK])} times",
        headings=("wall",),
        rows=tuple(Row(name=name, cells=(Spread.of(took),)) for name, took in samples.items()),
        figures=(*beside, asked),
        samples={name: [{"wall_s": each} for each in took] for name, took in samples.items()},
    )
