"""Wait for a line in a log that a daemon writes, and read what is there."""

import ctypes
import os
import select
from collections.abc import Callable
from pathlib import Path
from typing import Self

from harness.deadline import Deadline

_SLICE_S = 0.004
_IN_MODIFY = 0x2
_MOST_EVENTS = 4096


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


def pause(seconds_s: float) -> None:
    """Let others go on for so long: for what nothing tells of, and so has to be asked again.

    The one pause of the harness. Whoever can wait for an event does not need it.
    """
    select.select((), (), (), seconds_s)


class Tail:
    """A log as it grows, between `__enter__` and `__exit__`: new lines are told, not asked for.

    `fileno` can be read from when there may be some (inotify(7)).
    """

    def __init__(self, path: Path) -> None:
        """Keep which log; it must exist by `__enter__`."""
        self.path = path
        self._fd = -1
        self._seen = 0

    def __enter__(self) -> Self:
        """Begin at the log's end.

        Raises:
            OSError: there is no such log, or this user watches too many files already.
        """
        libc = ctypes.CDLL(None, use_errno=True)
        self._fd = _done(libc.inotify_init1(os.O_CLOEXEC | os.O_NONBLOCK))
        try:
            _done(libc.inotify_add_watch(self._fd, os.fsencode(self.path), _IN_MODIFY))
        except OSError:
            self.__exit__()
            raise
        self._seen = size(self.path)
        return self

    def __exit__(self, *_: object) -> None:
        """Watch no longer."""
        os.close(self._fd)

    def fileno(self) -> int:
        """Give the descriptor to poll."""
        return self._fd

    def lines(self) -> tuple[str, ...]:
        """Give the lines that have ended since the last call; never waits."""
        try:
            os.read(self._fd, _MOST_EVENTS)
        except BlockingIOError:
            return ()
        with self.path.open("rb") as log:
            log.seek(self._seen)
            whole = log.read().rpartition(b"\n")[0]
        if not whole:
            return ()
        self._seen += len(whole) + 1
        return tuple(whole.decode(errors="replace").split("\n"))


def _done(result: int) -> int:
    """Give what a call of libc returned, unless that says that it failed."""
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result
