"""What this host can and cannot do, as a table that a person reads."""

import os
import platform
import shutil
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from harness.errors import HarnessError
from harness.host import accelerator, memory, nfs_server, rights, tools
from harness.host.finding import Check, State
from harness.host.tools import Tool

GUEST_MIB = 256
"""The memory of a guest that nobody gave more to; a test holds it to the guests' own default."""

DISK_MIB = 1024
"""What guests boot and what scenarios leave, with room to spare."""

_SPEED = {"kvm": "KVM", "tcg": "TCG, slower than KVM and otherwise as good"}


def examine(cache_dir: Path, needed: Sequence[Tool]) -> tuple[Check, ...]:
    """Look at everything, anew: the accelerator is probed even when it is known."""
    looks: tuple[Callable[[], Iterable[Check]], ...] = (
        lambda: [check_machine()],
        lambda: check_tools(needed),
        rights.checks,
        lambda: [nfs_server.check(cache_dir)],
        lambda: [check_accelerator(cache_dir)],
        lambda: [check_memory()],
        lambda: [check_disk(cache_dir)],
    )
    found: list[Check] = []
    for look in looks:
        try:
            found += look()
        except HarnessError as error:  # the doctor always answers
            lack = Check(name="host", state=State.MISSING, detail=error.what, cure=error.cure)
            found.append(lack)
    return tuple(found)


def check_machine() -> Check:
    """Say what this host is; guests are x86, so another machine only emulates them."""
    try:
        system = platform.freedesktop_os_release()["PRETTY_NAME"]
    except (OSError, KeyError):
        system = platform.system()
    cores = len(os.sched_getaffinity(0))
    detail = f"{system}, Linux {platform.release()}, {platform.machine()}, {cores} cores"
    is_x86 = platform.machine() == "x86_64"
    return Check(
        name="machine",
        state=State.OK if is_x86 else State.LIMITED,
        detail=detail if is_x86 else f"{detail}: x86 guests are emulated, never accelerated",
        cure="use an x86_64 machine for speed",
    )


def check_tools(needed: Sequence[Tool]) -> Iterable[Check]:
    """Look for every tool: one line when all are there, else one for each that is not."""
    missing = [tool for tool in needed if tools.find(tool) is None]
    if not missing:
        detail = f"all {len(needed)} are installed"
        if not rights.is_root():
            detail += f"; only root can add packages: sudo {tools.INSTALLER}"
        yield Check(name="tools", state=State.OK, detail=detail)
    for tool in missing:
        yield Check(
            name=tool.name,
            state=State.LIMITED if tool.optional else State.MISSING,
            detail=f"not installed, for {tool.needed_for}",
            cure=tools.cure([tool]),
        )


def check_accelerator(cache_dir: Path) -> Check:
    """Say what guests run on, and why."""
    chosen = accelerator.choose("auto", cache_dir=cache_dir, fresh=True)
    return Check(
        name="accelerator",
        state=State.OK if chosen.name == "kvm" else State.LIMITED,
        detail=f"{_SPEED[chosen.name]}: {chosen.reason}",
        cure=chosen.cure,
    )


def check_memory(meminfo_path: Path = memory.MEMINFO_PATH) -> Check:
    """Say how many guests fit."""
    available = memory.available_mib(meminfo_path)
    fit = memory.workers_that_fit(GUEST_MIB, available=available)
    return Check(
        name="memory",
        state=State.OK if fit else State.MISSING,
        detail=f"{available} MiB available: -n {fit} at most, with guests of {GUEST_MIB} MiB",
        cure="end other programs, or give this host more memory",
    )


def check_disk(cache_dir: Path) -> Check:
    """Say how much room the cache has."""
    place = next(path for path in (cache_dir, *cache_dir.parents) if path.exists())
    free_mib = shutil.disk_usage(place).free // 2**20
    enough = free_mib >= DISK_MIB
    return Check(
        name="disk",
        state=State.OK if enough else State.LIMITED,
        detail=f"{free_mib} MiB free for {cache_dir}{'' if enough else f', {DISK_MIB} MiB wanted'}",
        cure="free some, or set XDG_CACHE_HOME to a place with more",
    )


def render(checks: Sequence[Check]) -> str:
    """Lay the findings out as a table, each cure under its finding, and a summary."""
    names = max(len(check.name) for check in checks)
    states = max(len(state.value) for state in State)
    lines = []
    for check in checks:
        lines.append(f"{check.state.value:<{states}}  {check.name:<{names}}  {check.detail}")
        if check.cure and check.state is not State.OK:
            lines.append(" " * (states + names + 4) + f"cure: {check.cure}")
    return "\n".join([*lines, "", _summary(checks)])


def _summary(checks: Sequence[Check]) -> str:
    missing = sum(check.state is State.MISSING for check in checks)
    if missing:
        return f"This host cannot boot guests yet: {missing} of {len(checks)} findings need a cure."
    if any(check.state is State.LIMITED for check in checks):
        return "This host boots guests, with the limits above."
    return "This host boots guests."


def exit_code(checks: Sequence[Check]) -> int:
    """Give 1 when something is missing, else 0: a limit is not a failure."""
    return int(any(check.state is State.MISSING for check in checks))
