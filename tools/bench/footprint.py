"""What a lab takes of this host's memory: its processes' share, and what its tmpfs hold.

The kernel's own, such as a network namespace's tables, is in nobody's account.
"""

import os
from collections.abc import Iterator
from pathlib import Path

from harness.process import children

_PROC = Path("/proc")
_GONE = (FileNotFoundError, ProcessLookupError)
_MIB = 1024 * 1024
_OWN_TMPFS = "lab-"
"""How the sources of a lab's own tmpfs begin; the host's shine through as well."""


def processes_mib(owner_pid: int) -> float:
    """Give the PSS of all processes below a lab's owner, whose one lab it is.

    Daemons are started from outside, so few of them are below the lab's pid 1;
    the `unshare` and `nsenter` that keep them are there for the lab alone, and count.
    """
    return sum(map(_pss_mib, _below(owner_pid)))


def _below(pid: int) -> Iterator[int]:
    """Give the pids of all processes below one."""
    for child in children(pid):
        yield child
        yield from _below(child)


def _pss_mib(pid: int) -> float:
    """Give a process's PSS: what it shares with others counts in part; 0 when it is gone."""
    try:
        return parse_pss_mib((_PROC / str(pid) / "smaps_rollup").read_text())
    except _GONE:
        return 0.0


def parse_pss_mib(smaps_rollup: str) -> float:
    """Read the PSS from such a file; 0 for a process that has no memory any more."""
    for line in smaps_rollup.splitlines():
        name, _, value = line.partition(":")
        if name == "Pss":
            return int(value.split()[0]) / 1024
    return 0.0


def tmpfs_mib(lab_pid: int) -> float:
    """Give what the tmpfs of a lab hold, by its pid 1."""
    lab = _PROC / str(lab_pid)
    places = own_tmpfs((lab / "mountinfo").read_text())
    return sum(_used_mib(lab / "root" / place.lstrip("/")) for place in places)


def own_tmpfs(mountinfo: str) -> tuple[str, ...]:
    """Give a place of each tmpfs that is the lab's own; its first one, where it has several."""
    places: dict[str, str] = {}
    for line in mountinfo.splitlines():
        mount, _, file_system = line.partition(" - ")
        kind, source = file_system.split()[:2]
        device, _, place = mount.split()[2:5]
        if kind == "tmpfs" and source.startswith(_OWN_TMPFS):
            places.setdefault(device, place)
    return tuple(places.values())


def _used_mib(path: Path) -> float:
    """Give how much of the file system at a place is in use."""
    found = os.statvfs(path)
    return (found.f_blocks - found.f_bfree) * found.f_frsize / _MIB
