"""How long a guest is waited for: by its own clock, within bounds of the host's.

A guest's seconds say how far it came, however slow its host is. Three things they
do not tell: an idle guest with the fast clock lets hours pass at once while a
daemon, which lives in the host's time, has had no chance to answer; a guest
that hangs has a clock that stands still; and one that works without an end may have a
clock that is slower than the host's, which no one is to wait for.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from math import inf

from harness.deadline import Pace

LEAST_S = 10.0
"""Seconds of the host's that servers get to answer in, however fast the guest's clock runs."""
STALLED_S = 60.0
"""Seconds of the host's after which a clock that has not moved will not move again."""


class GuestDeadline:
    """A point in a guest's time by which `what` must have happened."""

    def __init__(
        self,
        what: str,
        timeout_s: float,
        *,
        least_s: float,
        stalled_s: float,
        most_s: float = inf,
        guest_s: Callable[[], float],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Start counting at once, to `timeout_s` of the guest's seconds."""
        self.what, self.timeout_s = what, timeout_s
        self.least_s, self.stalled_s, self.most_s = least_s, stalled_s, most_s
        self.guest_s, self.clock = guest_s, clock
        self._began_s = self._moved_s = self.clock()
        self._began_guest_s = self._last_guest_s = self.guest_s()

    @property
    def elapsed_s(self) -> float:
        """The host's seconds since the start."""
        return self.clock() - self._began_s

    @property
    def elapsed_guest_s(self) -> float:
        """The guest's seconds since the start."""
        return self._look() - self._began_guest_s

    @property
    def stalled(self) -> bool:
        """Whether the guest's clock stood still when it was last looked at."""
        return self.clock() - self._moved_s >= self.stalled_s

    @property
    def expired(self) -> bool:
        """Whether the time is over."""
        if self.elapsed_s < self.least_s:
            return False
        is_over = self.elapsed_guest_s >= self.timeout_s or self.stalled
        return is_over or self.elapsed_s >= self.most_s

    def __str__(self) -> str:
        """Say that it has passed."""
        spent = f"{self.elapsed_guest_s:.0f} s of the guest's time ({self.elapsed_s:.0f} s here)"
        if self.stalled:
            return f"{self.what} did not come, and the guest's clock stands still after {spent}"
        return f"{self.what} did not come within {spent}"

    def _look(self) -> float:
        """Read the guest's clock, and note whether it moves."""
        now_guest_s = self.guest_s()
        if now_guest_s > self._last_guest_s:
            self._last_guest_s, self._moved_s = now_guest_s, self.clock()
        return now_guest_s


@dataclass(frozen=True, kw_only=True)
class Patience:
    """Makes deadlines for one guest."""

    guest_s: Callable[[], float] = time.monotonic
    """Its own seconds, from whatever zero."""
    pace: Pace = field(default_factory=Pace)

    def deadline(self, timeout_s: float, what: str, *, of_servers: bool = True) -> GuestDeadline:
        """Begin one; `timeout_s` is that of an idle machine with KVM.

        What the guest does alone, not `of_servers`, needs nothing of the host's time.
        """
        least_s = min(timeout_s, LEAST_S) if of_servers else 0.0
        return GuestDeadline(
            what,
            self.pace.for_guest(timeout_s),
            least_s=self.pace.for_host(least_s),
            stalled_s=self.pace.for_both(STALLED_S),
            most_s=max(self.pace.for_both(timeout_s), self.pace.for_both(STALLED_S)),
            guest_s=self.guest_s,
        )
