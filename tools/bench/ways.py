"""The ways to boot that stand side by side: a line here is a column of `make bench`."""

from functools import partial

from harness.guest.spec import Clock
from harness.machines import BootPath
from tools.bench import bare
from tools.bench.boot import Way
from tools.bench.figure import Bar
from tools.bench.scenario import boot_by_harness
from tools.bench.setting import Setting
from tools.bench.tree import Tree, boot_in

BARE = Way(name="bare", boot=bare.boot_by_hand, takes=bare.takes)
"""What the others are compared with; it boots Linux, and has no clock but the real one."""
_COLD_BARS = {"choice_s": Bar(limit=0.40)}
_BEFORE_BARS = {"up_s": Bar(limit=1.1), "wall_s": Bar(limit=1.05)}


def _is_emulated(setting: Setting, _path: BootPath) -> bool:
    """Whether guests can have the fast clock, which counts emulated instructions."""
    return setting.accelerator.name == "tcg"


def _everyday_bars(path: BootPath) -> dict[str, Bar]:
    """Give the bars of the default: a BIOS waits without burning its core, so it can save less."""
    return {
        "wall_s": Bar(limit=0.20 if path.is_uefi else 0.25),
        "choice_s": Bar(limit=0.22),
        "cpu_s": Bar(limit=0.20 if path.is_uefi else 0.35),
        "choice_cpu_s": Bar(limit=0.35),
    }


def ways(path: BootPath) -> tuple[Way, ...]:
    """Give the ways of this tree by a boot path, the bare one first."""
    return (
        BARE,
        Way(
            name="harness",
            boot=partial(boot_by_harness, linux=True),
            bars={"wall_s": Bar(limit=1.10), "choice_s": Bar(limit=1.05)},
        ),
        Way(
            name="fast",
            boot=partial(boot_by_harness, clock=Clock.FAST),
            bars=_COLD_BARS,
            takes=_is_emulated,
        ),
        Way(
            name="fast + warm",
            boot=partial(boot_by_harness, clock=Clock.FAST, warm=True),
            bars=_everyday_bars(path),
            takes=_is_emulated,
        ),
    )


def ways_beside(path: BootPath, before: Tree, now: Tree) -> tuple[Way, ...]:
    """Give the ways of two trees, each by its own pytest: cold, and as it boots by default."""
    cold = f"{before.name}, cold"
    return (
        BARE,
        Way(name=cold, boot=partial(boot_in, tree=before, start="cold")),
        Way(
            name=f"{now.name}, cold",
            boot=partial(boot_in, tree=now, start="cold"),
            bars=_COLD_BARS,
            before=cold,
            before_bars=_BEFORE_BARS,
        ),
        Way(name=before.name, boot=partial(boot_in, tree=before)),
        Way(
            name=now.name,
            boot=partial(boot_in, tree=now),
            bars=_everyday_bars(path),
            before=before.name,
            before_bars=_BEFORE_BARS,
        ),
    )
