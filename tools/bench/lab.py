"""How long a lab takes to go up and down, phase by phase."""

from collections.abc import Sequence
from dataclasses import asdict

from harness.lab import Lab, LabOptions
from harness.site import Site
from tools.bench.ending import Ending
from tools.bench.figure import Bar, Figure, Spread, Unit
from tools.bench.result import Row, Section
from tools.bench.setting import Setting
from tools.bench.stopwatch import Lap, Stopwatch

RUNS = 20
_DOWN = "down"
_BARS = {"up": Bar(limit=0.25), _DOWN: Bar(limit=0.1)}
_HEADINGS = ("wall", "CPU")
_UNACCOUNTED = ("call returns", "all gone", _DOWN)
"""Mostly the kernel's work: what its killing of daemons takes is in nobody's account."""

Laps = dict[str, Lap]


class _TimedLab(Lab):
    """A lab that says when each phase of its way up is over."""

    def __init__(self, site: Site, options: LabOptions, watch: Stopwatch) -> None:
        """Keep the watch."""
        super().__init__(site, options)
        self._watch = watch

    def _lay_files(self) -> None:
        self._watch.lap("namespace")
        super()._lay_files()
        self._watch.lap("files")

    def _start_services(self) -> None:
        self._watch.lap("network")
        super()._start_services()
        self._watch.lap("services")


def measure(setting: Setting, *, runs: int = RUNS) -> Section:
    """Let labs go up and down, one after the other; the first, cold one does not count."""
    up_and_down(setting)
    samples = []
    for number in range(1, runs + 1):
        samples.append(up_and_down(setting))
        spent = ", ".join(f"{name} {lap.wall_s:.2f} s" for name, lap in samples[-1].items())
        setting.say(f"lab {number} of {runs}: {spent}")
    return summary(samples)


def up_and_down(setting: Setting) -> Laps:
    """Let one lab go up and down."""
    options = setting.lab_options(setting.fresh_dir("lab"))
    watch = Stopwatch()
    with _TimedLab(setting.site, options, watch) as lab:
        watch.lap("rest")
        laps = {**watch.laps, "up": watch.total}
        ending = Ending(lab.namespace.pid)
        watch = Stopwatch()
    watch.lap("call returns")
    ending.wait()
    watch.lap("all gone")
    return {**laps, **watch.laps, _DOWN: watch.total}


def summary(samples: Sequence[Laps]) -> Section:
    """Sum up what was measured."""
    walls = {name: Spread.of([laps[name].wall_s for laps in samples]) for name in samples[0]}
    cpus = {
        name: Spread.of([laps[name].cpu_s for laps in samples])
        for name in walls
        if name not in _UNACCOUNTED
    }
    return Section(
        title=f"lab, {len(samples)} times up and down",
        headings=_HEADINGS,
        rows=tuple(Row(name=name, cells=(walls[name], cpus.get(name))) for name in walls),
        figures=tuple(
            Figure(name=f"lab {name}", measured=walls[name], unit=Unit.SECONDS, bar=bar)
            for name, bar in _BARS.items()
        ),
        samples={name: [asdict(laps[name]) for laps in samples] for name in walls},
    )
