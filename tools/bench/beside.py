"""This tree beside another one: labs alone, and the whole of `scenarios/`.

Boots are compared by `boot`, in the ways of `ways.ways_beside`.
"""

from collections.abc import Sequence

from tools.bench.figure import Bar
from tools.bench.result import Section, side_by_side
from tools.bench.run import WORKERS
from tools.bench.setting import Setting
from tools.bench.stopwatch import Stopwatch
from tools.bench.tree import Tree, labs_in

LABS = 20
_LABS_AT_A_TIME = 5
_LAB_BARS = {"lab up": Bar(limit=1.1)}
_RUN_BARS = {"wall": Bar(limit=0.6)}
_RUN_TIMEOUT_S = 3600.0


def labs(setting: Setting, before: Tree, now: Tree, *, runs: int = LABS) -> Section:
    """Let labs of both trees go up and down, a few of each in turn."""
    samples: dict[str, list[dict[str, float]]] = {before.name: [], now.name: []}
    for done in range(0, runs, _LABS_AT_A_TIME):
        count = min(_LABS_AT_A_TIME, runs - done)
        for tree in (before, now):
            directory = setting.fresh_dir(f"lab/{tree.name}-{done}")
            for laps in labs_in(tree, directory, count=count):
                up, down = laps["up"], laps["down"]
                took = {"lab up": up.wall_s, "CPU until then": up.cpu_s, "lab down": down.wall_s}
                samples[tree.name].append(took)
            setting.say(f"labs of the tree {tree.name}, {done + count} of {runs}")
    return side_by_side(f"lab, {runs} times up and down, the trees in turn", samples, _LAB_BARS)


def whole_run(
    setting: Setting, before: Tree, now: Tree, *, words: Sequence[str] = (), runs: int = 1
) -> Section:
    """Run all scenarios of both trees in turn, with these words more for pytest.

    Raises:
        CommandError: a scenario of either is red: what stops half-way says nothing of speed.
    """
    command = ("scenarios", "-n", str(WORKERS), "--accel", setting.accelerator.name, *words)
    samples: dict[str, list[dict[str, float]]] = {before.name: [], now.name: []}
    notes = []
    for number in range(1, runs + 1):
        for tree in (before, now):
            directory = setting.fresh_dir(f"run/{tree.name}-{number}")
            watch = Stopwatch()
            said = tree.pytest(command, directory, timeout_s=_RUN_TIMEOUT_S)
            watch.lap("run")
            samples[tree.name].append({"wall": watch.total.wall_s, "CPU": watch.total.cpu_s})
            notes.append(f"{tree.name}: {said}")
            setting.say(notes[-1])
    title = f"pytest {' '.join(command)}, {runs} times each, in turn"
    return side_by_side(title, samples, _RUN_BARS, notes=notes)
