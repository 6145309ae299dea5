"""Deadlines: every wait has one, and its message says what was waited for."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Pace:
    """How much longer than on an idle machine with KVM a guest may take.

    Deadlines are written for such a machine and multiplied by `factor`, so
    emulation and a full machine are not mistaken for a broken boot.
    """

    factor: float = 1.0

    def stretch(self, seconds_s: float) -> float:
        """Give the wall seconds that `seconds_s` of an idle machine may take here."""
        return seconds_s * self.factor


@dataclass
class Deadline:
    """A point in time by which `what` must have happened."""

    timeout_s: float
    what: str
    clock: Callable[[], float] = time.monotonic
    started_s: float = field(init=False)

    def __post_init__(self) -> None:
        """Start counting at once."""
        self.started_s = self.clock()

    @property
    def elapsed_s(self) -> float:
        """Seconds since the start."""
        return self.clock() - self.started_s

    @property
    def remaining_s(self) -> float:
        """Seconds left, never negative."""
        return max(0.0, self.timeout_s - self.elapsed_s)

    @property
    def expired(self) -> bool:
        """Whether the time is over."""
        return self.elapsed_s >= self.timeout_s
