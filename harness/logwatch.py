"""Wait for a line in a log that a daemon writes, and read what is there."""

import re
from collections.abc import Callable
from pathlib import Path

from harness.deadline import Deadline

_SLICE_S = 0.004


def last_lines(path: Path, count: int = 12) -> tuple[str, ...]:
    """Give the last lines of a log; none when it does not exist."""
    try:
        text = path.read_text(errors="replace")
    except FileNotFoundError:
        return ()
    return tuple(text.splitlines()[-count:])


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


def contains(path: Path, pattern: re.Pattern[str]) -> bool:
    """Whether the log has a match of `pattern`."""
    try:
        return pattern.search(path.read_text(errors="replace")) is not None
    except FileNotFoundError:
        return False
