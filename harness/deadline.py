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


def within(timeout_s: float, call: Callable[[], _Result]) -> _Result:
    """Make a call that has no time-out of its own, in a thread that can be left behind.

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
    try:
        return outcome.result(timeout_s)
    except TimeoutError as error:
        raise TimeoutError(f"no answer after {timeout_s:.0f} s") from error
