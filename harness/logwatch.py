"""Wait for a line in a log that a daemon writes, and read what is there."""

from collections.abc import Callable
from pathlib import Path

from harness.deadline import Deadline

_SLICE_S = 0.004


def read(path: Path, *, since: int = 0) -> str:
    """Give what a log says beyond its first `since` bytes; nothing when it does not exist."""
    try:
        with path.open("rb") as log:
            log.seek(since)
            return log.read().decode(errors="replace")
    except FileNotFoundError:
        return ""


def size(path: Path) -> int:
    """Give how long a log is, in bytes; 0 when it does not exist."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def wait_until(
    seen: Callable[[], bool], *, deadline: Deadline, pause: Callable[[float], object]
) -> bool:
    """Ask until `seen` says yes or the deadline is over; give what it said last.

    `pause` waits for the given seconds *or less*: it is the wait for the one event
    that would make all further asking vain, such as the daemon's death.
    """
    while not seen():
        if deadline.expired:
            return False
        pause(_SLICE_S)
    return True
