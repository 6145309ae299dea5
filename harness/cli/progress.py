"""How far long work is: a line on standard error now and then, and none of work that is short."""

import sys
import time

_EVERY_S = 2.0


class Progress:
    """Tells how far work is, every two seconds."""

    def __init__(self, *, on_terminals_only: bool = False) -> None:
        """Begin to count the seconds."""
        self._is_heard = not on_terminals_only or sys.stderr.isatty()
        self._next_s = time.monotonic() + _EVERY_S

    @property
    def is_due(self) -> bool:
        """Whether it is time for the next line; asked once a line."""
        if not self._is_heard or time.monotonic() < self._next_s:
            return False
        self._next_s = time.monotonic() + _EVERY_S
        return True

    def say(self, line: str) -> None:
        """Write a line at once."""
        print(line, file=sys.stderr, flush=True)

    def count(self, what: str, done: int, of: int) -> None:
        """Say how much is done, if it is time for it."""
        if self.is_due:
            self.say(f"{what}: {done} of {of}")
