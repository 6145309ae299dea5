"""This tree beside another one: labs alone, and the whole of `scenarios/`.

Boots are compared by `boot`, in the ways of `ways.ways_beside`.
"""

import resource
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from tools.bench.figure import Bar, Figure, Spread, Unit, ratios
from tools.bench.result import Row, Section
from tools.bench.run import WORKERS
from tools.bench.setting import Setting
from tools.bench.tree import Tree, labs_in

LABS = 20
_LABS_AT_A_TIME = 5
_LAB_UP = Bar(limit=1.1)
_WHOLE_RUN = Bar(limit=0.6)
_RUN_TIMEOUT_S = 3600.0

Samples = Mapping[str, Sequence[Mapping[str, float]]]


@dataclass(frozen=True, kw_only=True)
class WholeRun:
    """What a run took."""

    wall_s: float
    cpu_s: float
    """Of all processes that were waited for: a daemon that is killed with its lab is not in it."""


def labs(setting: Setting, before: Tree, now: Tree, *, runs: int = LABS) -> Section:
    """Let labs of both trees go up and down, a few of each in turn."""
    samples: dict[str, list[dict[str, float]]] = {before.name: [], now.name: []}
    for done in range(0, runs, _LABS_AT_A_TIME):
        count = min(_LABS_AT_A_TIME, runs - done)
        for tree in (before, now):
            directory = setting.fresh_dir(f"lab/{tree.name}-{done}")
            for laps in labs_in(tree, directory, count=count):
                samples[tree.name].append(
                    {"up": laps["up"].wall_s, "CPU": laps["up"].cpu_s, "down": laps["down"].wall_s}
                )
            setting.say(f"labs of the tree {tree.name}, {done + count} of {runs}")
    title = f"lab, {runs} times up and down, the trees in turn"
    return _side_by_side(title, samples, {"up": _LAB_UP})


def whole_run(
    setting: Setting, before: Tree, now: Tree, *, words: Sequence[str] = (), runs: int = 1
) -> Section:
    """Run all scenarios of both trees in turn, with these words more for pytest."""
    command = ("scenarios", "-n", str(WORKERS), "--accel", setting.accelerator.name, *words)
    samples: dict[str, list[dict[str, float]]] = {before.name: [], now.name: []}
    notes = []
    for number in range(1, runs + 1):
        for tree in (before, now):
            directory = setting.fresh_dir(f"run/{tree.name}-{number}")
            began = _look()
            said = tree.pytest(command, directory, timeout_s=_RUN_TIMEOUT_S)
            ended = _look()
            took = WholeRun(wall_s=ended.wall_s - began.wall_s, cpu_s=ended.cpu_s - began.cpu_s)
            samples[tree.name].append(asdict(took))
            notes.append(f"{tree.name}: {said}")
            setting.say(notes[-1])
    title = f"pytest {' '.join(command)}, {runs} times each, in turn"
    return _side_by_side(title, samples, {"wall_s": _WHOLE_RUN}, notes=notes)


def _look() -> WholeRun:
    """Give the time and what all processes that have ended spent until now."""
    reaped = resource.getrusage(resource.RUSAGE_CHILDREN)
    return WholeRun(wall_s=time.monotonic(), cpu_s=reaped.ru_utime + reaped.ru_stime)


def _side_by_side(
    title: str, samples: Samples, bars: Mapping[str, Bar], *, notes: Sequence[str] = ()
) -> Section:
    """Give medians side by side, and the later tree's ratios to the earlier."""
    before, now = samples
    columns = {
        measure: [[sample[measure] for sample in samples[name]] for name in samples]
        for measure in samples[before][0]
    }
    return Section(
        title=title,
        headings=(before, now),
        rows=tuple(
            Row(name=_TITLES.get(measure, measure), cells=tuple(map(Spread.of, values)))
            for measure, values in columns.items()
        ),
        figures=tuple(
            Figure(
                name=f"{_TITLES.get(measure, measure)}, {now} / {before}",
                measured=Spread.of(ratios(values[1], values[0])),
                unit=Unit.RATIO,
                bar=bars.get(measure),
            )
            for measure, values in columns.items()
        ),
        notes=tuple(notes),
        samples=samples,
    )


_TITLES = {
    "wall_s": "wall",
    "cpu_s": "CPU",
    "up": "lab up",
    "CPU": "CPU until it is",
    "down": "lab down",
}
