"""Count what is there, from /proc and /sys alone: the harness's own word is not asked."""

import os
import select
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from harness.deadline import Deadline

KINDS = ("mnt", "net", "pid", "uts", "ipc")


class Census:
    """What the host had before, and what it has now."""

    def __init__(self) -> None:
        """Look at the host."""
        self.before = self.host()
        self._kept: list[int] = []

    def close(self) -> None:
        """Let go of the namespaces that were asked for."""
        while self._kept:
            os.close(self._kept.pop())

    @staticmethod
    def host() -> tuple[list[str], str]:
        """Give the host's interfaces and mounts."""
        interfaces = sorted(path.name for path in Path("/sys/class/net").iterdir())
        return interfaces, Path("/proc/self/mountinfo").read_text()

    def namespaces(self, pid: int) -> set[Path]:
        """Give the namespaces of a process that are not our own.

        They are kept: the number of one that is gone may soon be that of somebody else's.
        """
        self._kept += [os.open(f"/proc/{pid}/ns/{kind}", os.O_RDONLY) for kind in KINDS]
        theirs = {Path(f"/proc/{pid}/ns/{kind}").readlink() for kind in KINDS}
        return theirs - {Path(f"/proc/self/ns/{kind}").readlink() for kind in KINDS}

    @staticmethod
    def inhabitants(namespaces: set[Path]) -> Iterator[int]:
        """Give every process in any of these namespaces."""
        for process in Path("/proc").iterdir():
            with suppress(OSError):  # it has just gone, or is somebody else's
                if process.name.isdecimal() and namespaces & {
                    (process / "ns" / kind).readlink() for kind in KINDS
                }:
                    yield int(process.name)

    def wait_until_empty(self, namespaces: set[Path], timeout_s: float) -> list[int]:
        """Wait until nobody is in these namespaces; give those who still are."""
        deadline = Deadline(timeout_s, "the end of all processes")
        while (left := list(self.inhabitants(namespaces))) and not deadline.expired:
            with suppress(ProcessLookupError):
                pidfd = os.pidfd_open(left[0])
                select.select([pidfd], [], [], deadline.remaining_s)
                os.close(pidfd)
        return left
