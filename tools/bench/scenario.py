"""One boot by the harness, through the calls that a scenario makes."""

import time
from pathlib import Path

from harness.guest.spec import Clock
from harness.lab import Lab
from harness.machines import BootPath
from tools.bench.boot import Boot, choice
from tools.bench.cpu import lab_use
from tools.bench.ending import Ending
from tools.bench.setting import Setting
from tools.bench.stopwatch import Stopwatch


def boot_by_harness(
    setting: Setting,
    path: BootPath,
    directory: Path,
    *,
    clock: Clock = Clock.REAL,
    warm: bool = False,
    linux: bool = False,
) -> Boot:
    """Boot the default entry untouched: the stub, or Linux as the bare machine does."""
    watch = Stopwatch()
    options = setting.lab_options(directory, clock=clock, warm=warm, linux=linux)
    with Lab(setting.site, options) as lab:
        watch.lap("up")
        before = lab_use(lab.namespace.pid)
        power_on_s = time.time()
        guest = lab.power_on(path)
        guest.wait_for_menu().assert_default(lab.site.menu.default)
        guest.wait_for(choice_words(setting))
        chosen = lab_use(lab.namespace.pid)
        guest.assert_boots(lab.site.menu.default)
        verdict_s = time.time()
        watch.lap("boot")
        after = lab_use(lab.namespace.pid)
        ending = Ending(lab.namespace.pid)
    ending.wait()
    watch.lap("down")
    seen = choice(lab.evidence.wire_path, setting.site)
    return Boot(
        wall_s=watch.total.wall_s,
        up_s=watch.laps["up"].wall_s,
        choice_s=seen.time_s - power_on_s,
        verdict_s=verdict_s - seen.time_s,
        down_s=watch.laps["down"].wall_s,
        cpu_s=watch.total.cpu_s,
        offer_s=seen.offer_s,
        guest_cpu_s=after.running_s + after.reaped_s - before.reaped_s,
        choice_cpu_s=chosen.running_s,
    )


def choice_words(setting: Setting) -> str:
    """Give what iPXE shows first of the menu's choice: that it fetches the kernel."""
    menu = setting.site.menu
    return f"{menu.entries[menu.default].kernel}..."
