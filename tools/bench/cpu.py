"""CPU seconds, from /proc: of a process with all below it, of a lab's guests, of all cores.

proc(5) counts a process's time in ticks of 10 ms and cuts off what is less;
schedstat counts its threads' time in nanoseconds, but not that of threads which
have ended. So the larger of both is taken.
"""

import os
import resource
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from harness.process import children

_TICK_S = 1 / os.sysconf("SC_CLK_TCK")
_LAB_STARTER = "unshare"
"""The one child of this process is a lab's pid 1."""
_GUEST = "qemu-"
_GONE = (FileNotFoundError, ProcessLookupError)
_PROC = Path("/proc")


@dataclass(frozen=True, kw_only=True)
class Stat:
    """A line of /proc/PID/stat."""

    pid: int
    name: str
    own_s: float
    reaped_s: float
    """Of the children that have ended and were waited for, and of theirs."""


def parse_stat(line: str) -> Stat:
    """Read such a line; the name in parentheses may hold anything, parentheses too."""
    head, _, tail = line.rpartition(")")
    pid, _, name = head.partition(" (")
    fields = tail.split()
    user, system, reaped_user, reaped_system = (int(text) for text in fields[11:15])
    return Stat(
        pid=int(pid),
        name=name,
        own_s=(user + system) * _TICK_S,
        reaped_s=(reaped_user + reaped_system) * _TICK_S,
    )


def total_s(stats: Iterable[Stat]) -> float:
    """Add up what processes have spent, and those before them that they waited for."""
    return sum(stat.own_s + stat.reaped_s for stat in stats)


def guests(stats: Iterable[Stat]) -> tuple[Stat, ...]:
    """Pick the guests out of processes."""
    return tuple(stat for stat in stats if stat.name.startswith(_GUEST))


def spent_s() -> float:
    """Give what this process and all below it have spent, whether they live or not."""
    own_s = time.process_time()
    reaped = resource.getrusage(resource.RUSAGE_CHILDREN)
    below_s = sum(map(spent_with_below_s, children(os.getpid())))
    return own_s + reaped.ru_utime + reaped.ru_stime + below_s


def spent_with_below_s(pid: int) -> float:
    """Give what another process and all below it have spent."""
    stat = _stat(pid)
    if stat is None:
        return 0.0
    own_s = max(stat.own_s, _scheduled_s(pid))
    return own_s + stat.reaped_s + sum(map(spent_with_below_s, children(pid)))


def _scheduled_s(pid: int) -> float:
    """Give the time that a process's living threads were on a core; 0 where it is not counted."""
    try:
        tasks = list((_PROC / str(pid) / "task").iterdir())
        return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9
    except _GONE:
        return 0.0


def _stat(pid: int) -> Stat | None:
    """Read a process's line; None when it is gone."""
    try:
        return parse_stat((_PROC / str(pid) / "stat").read_text())
    except _GONE:
        return None


@dataclass(frozen=True, kw_only=True)
class LabUse:
    """What the guests of a lab have spent so far."""

    running: tuple[int, ...]
    """The pids of the guests that are on."""
    running_s: float
    reaped_s: float
    """Spent by what pid 1 has reaped: guests that are off, and, before, its few mounts."""


def lab_use(pid: int) -> LabUse:
    """Look at a lab by its pid 1, whose children are its guests: libvirtd lets go of them."""
    stats = [stat for stat in map(_stat, children(pid)) if stat is not None]
    running = guests(stats)
    first = _stat(pid)
    return LabUse(
        running=tuple(stat.pid for stat in running),
        running_s=total_s(running),
        reaped_s=0.0 if first is None else first.reaped_s,
    )


def labs_below(pid: int) -> Iterator[int]:
    """Find pid 1 of every lab that a process or one below it has up."""
    for child in children(pid):
        stat = _stat(child)
        if stat is not None and stat.name == _LAB_STARTER:
            yield from children(child)
        else:
            yield from labs_below(child)


@dataclass(frozen=True, kw_only=True)
class Cores:
    """What all cores together have done since the machine's start."""

    busy_s: float
    idle_s: float
    stolen_s: float
    """Taken by the host of a virtual machine: nobody here had it."""


def parse_cores(text: str) -> Cores:
    """Read the first line of /proc/stat."""
    words = text.partition("\n")[0].split()[1:]
    user, nice, system, idle, waiting, irq, soft_irq, stolen = (int(word) for word in words[:8])
    return Cores(
        busy_s=(user + nice + system + irq + soft_irq) * _TICK_S,
        idle_s=(idle + waiting) * _TICK_S,
        stolen_s=stolen * _TICK_S,
    )


def cores() -> Cores:
    """Look at all cores."""
    return parse_cores((_PROC / "stat").read_text())
