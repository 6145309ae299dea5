"""When a guest was made to stand still, and for how long: bookkeeping, no more."""

import threading
import time


class Stillness:
    """The holds of one run of a guest. Threads may ask while others hold and release."""

    def __init__(self) -> None:
        """Begin with a guest that moves."""
        self._lock = threading.Lock()
        self._since_s: float | None = None
        self._before_s = 0.0
        self._events_due = 0

    @property
    def holds(self) -> bool:
        """Whether it stands still now."""
        return self._since_s is not None

    def begin(self) -> bool:
        """Take note that it is about to be held; whether it was not already."""
        with self._lock:
            if self._since_s is not None:
                return False
            self._since_s = time.monotonic()
            self._events_due += 1
            return True

    def never_began(self) -> None:
        """Take note that it could not be held after all."""
        with self._lock:
            self._since_s = None
            self._events_due -= 1

    def end(self) -> None:
        """Take note that it moves again."""
        with self._lock:
            if self._since_s is not None:
                self._before_s += time.monotonic() - self._since_s
                self._since_s = None

    def explains_event(self) -> bool:
        """Whether one event "it stands still" is still due, and take that one off.

        libvirt tells each hold once, in a thread of its own, perhaps after its end.
        """
        with self._lock:
            if self._events_due == 0:
                return False
            self._events_due -= 1
            return True

    def moving_s(self) -> float:
        """Give the host's clock, less the time in which the guest stood still."""
        with self._lock:
            now_s = time.monotonic() if self._since_s is None else self._since_s
            return now_s - self._before_s
