"""Deadlines: every wait has one, and its message says what was waited for."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import TypeVar

_Result = TypeVar("_Result")


@dataclass(frozen=True, kw_only=True)
class Pace:
    """How much longer than on an idle machine with KVM things may take.

    Deadlines are written for such a machine and multiplied, so emulation and a full
    machine are not mistaken for a broken boot.
    """

    slowness: float = 1.0
    """How much longer a guest needs for the same work: emulation is slow."""
    crowding: float = 1.0
    """How many share a core: what a guest itself does not feel, but all around it does."""

    def for_guest(self, seconds_s: float) -> float:
        """Give the guest's own seconds that `seconds_s` may take it here."""
        return seconds_s * self.slowness

    def for_host(self, seconds_s: float) -> float:
        """Give the host's seconds that `seconds_s` of a daemon's work may take here."""
        return seconds_s * self.crowding

    def for_both(self, seconds_s: float) -> float:
        """Give the host's seconds that `seconds_s` of a guest's work may take here."""
        return self.for_guest(self.for_host(seconds_s))


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


def within(
    timeout_s: float,
    call: Callable[[], _Result],
    *,
    meanwhile: Callable[[], object] = lambda: None,
) -> _Result:
    """Make a call that has no time-out of its own, in a thread that can be left behind.

    `meanwhile` is done in this one before it waits.

    Raises:
        TimeoutError: it has not returned in time; it may still go on.
    """
    outcome: Future[_Result] = Future()

    def settle() -> None:
        try:
            outcome.set_result(call())
        except Exception as error:
            outcome.set_exception(error)

    threading.Thread(target=settle, name="within", daemon=True).start()
    meanwhile()
    try:
        return outcome.result(timeout_s)
    except TimeoutError as error:
        raise TimeoutError(f"no answer after {timeout_s:.0f} s") from error
