"""Whether a guest has fallen silent: for long enough of its own time, and of the host's.

Its own seconds alone tell nothing: an idle guest with the fast clock lets minutes pass before
what it has sent is read.
"""

import time
from collections.abc import Callable, Hashable

from harness.guest.console.console import Console


class Quiet:
    """Looks at what a guest has done, whenever it is asked, from inside a wait."""

    def __init__(self, console: Console, done: Callable[[], Hashable] | None = None) -> None:
        """Keep what to look at: `done` differs when the guest has done more, as its text does."""
        self._console = console
        self._done = done or (lambda: console.length)
        self._last: Hashable = None
        self._since_s = 0.0
        self._since_guest_s: float | None = None

    def lasts(self, guest_s: float, least_s: float) -> bool:
        """Whether it has done nothing for so long, by its clock and by the host's."""
        if (done := self._done()) != self._last:
            self._last, self._since_s, self._since_guest_s = done, time.monotonic(), None
            return False
        # Its clock is asked for late: on a busy host the emulator takes its time to tell, and
        # meanwhile nobody reads what the guest says.
        if time.monotonic() - self._since_s < least_s:
            return False
        if self._since_guest_s is None:
            self._since_guest_s = self._console.guest_s
            return False
        return self._console.guest_s - self._since_guest_s >= guest_s
