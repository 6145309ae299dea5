"""The ways to boot that stand side by side: a line here is a column of `make bench`."""

from functools import partial

from harness.guest.spec import Clock
from harness.machines import BootPath
from tools.bench import bare
from tools.bench.boot import Way
from tools.bench.figure import Bar
from tools.bench.scenario import boot_by_harness
from tools.bench.setting import Setting


def _is_emulated(setting: Setting, _path: BootPath) -> bool:
    """Whether guests can have the fast clock, which counts emulated instructions."""
    return setting.accelerator.name == "tcg"


WAYS = (
    Way(name="bare", boot=bare.boot_by_hand, takes=bare.takes),
    Way(
        name="harness",
        boot=boot_by_harness,
        bars={"wall_s": Bar(limit=1.10), "choice_s": Bar(limit=1.05)},
    ),
    Way(
        name="fast",
        boot=partial(boot_by_harness, clock=Clock.FAST),
        bars={"choice_s": Bar(limit=0.4)},
        takes=_is_emulated,
    ),
    Way(
        name="fast + warm",
        boot=partial(boot_by_harness, clock=Clock.FAST, warm=True),
        # CPU by both ways to read "a boot": up to the choice, and to the payload's end.
        bars={
            "choice_s": Bar(limit=0.22),
            "choice_cpu_s": Bar(limit=0.35),
            "cpu_s": Bar(limit=0.35),
        },
        takes=_is_emulated,
    ),
)
"""The first one is what the others are compared with, and has no clock but the real one."""
