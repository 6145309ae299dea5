"""How long people wait: from the command to its first guest's first instruction.

A guest is stopped until its hypervisor has all of it ready, and its processor's thread has done
nothing then. So its first instruction is seen from outside, of any tree, by that thread's
account: it has used a millisecond.
"""

import time
from collections.abc import Sequence
from pathlib import Path

from harness import process
from harness.errors import HarnessError
from harness.machines import USUAL_PATHS, BootPath
from tools.bench.cpu import lab_use, labs_below
from tools.bench.figure import Bar, Figure, Spread, Unit, ratios
from tools.bench.result import Row, Section
from tools.bench.run import WORKERS
from tools.bench.setting import Setting
from tools.bench.tree import Tree

RUNS = 5
PATH_ID = "x64-http-ipv4"
_RAN_NS = 1_000_000
_LOOK_S = 0.005
_TIMEOUT_S = 60.0
_END_TIMEOUT_S = 60.0
_WAYS = {
    "pytest, one scenario": ("pytest", ()),
    f"pytest -n {WORKERS}, a boot by each path": ("pytest", ("-n", str(WORKERS))),
    "harness up --boot": ("up", ()),
}
_NOW = Bar(limit=1.5)
_TO_BEFORE = Bar(limit=0.5)


def measure(
    setting: Setting, path: BootPath, trees: Sequence[Tree], *, runs: int = RUNS
) -> Section:
    """Start each tree in each way, in turn; a first time does not count: it compiles.

    Of two trees the earlier one comes first.
    """
    samples = [
        {
            way: {tree.name: once(setting, tree, path, way, number) for tree in trees}
            for way in _WAYS
        }
        for number in range(runs + 1)
    ][1:]
    columns = {
        way: [[sample[way][tree.name] for sample in samples] for tree in trees] for way in _WAYS
    }
    bars = [_NOW, None, None]
    figures = [
        Figure(name=f"{way}, now", measured=Spread.of(took[-1]), unit=Unit.SECONDS, bar=bar)
        for (way, took), bar in zip(columns.items(), bars, strict=True)
    ]
    for way, took in columns.items() if len(trees) > 1 else ():
        name, measured = f"{way}, now / before", Spread.of(ratios(took[1], took[0]))
        figures.append(Figure(name=name, measured=measured, unit=Unit.RATIO, bar=_TO_BEFORE))
    return Section(
        title=f"from the command to the first guest's first instruction, {path}, {runs} times",
        headings=tuple(tree.name for tree in trees),
        rows=tuple(Row(name=way, cells=tuple(map(Spread.of, columns[way]))) for way in _WAYS),
        figures=tuple(figures),
        samples={way: [sample[way] for sample in samples] for way in _WAYS},
    )


def once(setting: Setting, tree: Tree, path: BootPath, way: str, number: int) -> float:
    """Start a tree in one way; give the seconds, and end it.

    Raises:
        HarnessError: no guest has begun.
    """
    program, words = _WAYS[way]
    directory = setting.fresh_dir(f"start/{tree.name}-{list(_WAYS).index(way)}-{number}")
    accelerator = ("--accel", setting.accelerator.name)
    if program == "up":
        command = tree.up(("--boot", path.id, *accelerator), directory)
    else:
        paths = USUAL_PATHS if words else (path,)
        command = tree.command((*tree.untouched(*paths), *words, *accelerator), directory)
    log_path = directory / "log"
    began_s = time.monotonic()
    started = process.start(command, log_path=log_path, env=tree.environment)
    try:
        while not (begun := _has_begun(started.pid)) and started.wait(_LOOK_S) is None:
            if time.monotonic() - began_s > _TIMEOUT_S:
                break
        took_s = time.monotonic() - began_s
        started.interrupt()
        started.wait(_END_TIMEOUT_S)
    finally:
        started.close()
    if not begun:
        lines = log_path.read_text(errors="replace").splitlines()
        raise HarnessError(f"{way} of {tree.name} began no guest", last_lines=lines)
    setting.say(f"{way} of {tree.name}: {took_s:.2f} s")
    return took_s


def _has_begun(pid: int) -> bool:
    """Whether a guest of a lab below this process has executed anything."""
    guests = (guest for lab in labs_below(pid) for guest in lab_use(lab).running)
    return any(map(_has_run, guests))


def _has_run(guest: int) -> bool:
    """Whether a processor of a guest has run: QEMU calls its thread `CPU 0/TCG`, or KVM."""
    try:
        tasks = [task for task in Path(f"/proc/{guest}/task").iterdir() if _is_processor(task)]
        return any(int((task / "schedstat").read_text().split()[0]) > _RAN_NS for task in tasks)
    except (FileNotFoundError, ProcessLookupError):
        return False


def _is_processor(task: Path) -> bool:
    return "CPU" in (task / "comm").read_text()
