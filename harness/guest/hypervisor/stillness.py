"""When a guest was made to stand still, and for how long: bookkeeping, no more."""

import threading
import time


class Stillness:
    """The holds of one run of a guest. Threads may ask while others hold and release."""

    def __init__(self) -> None:
        """Begin with a guest that moves."""
        self._lock = threading.Lock()
        self._holders: set[object] = set()
        self._since_s: float | None = None
        self._before_s = 0.0
        self._events_due = 0

    def begin(self, by: object) -> bool:
        """Take note of who is about to hold it; whether nobody held it already."""
        with self._lock:
            is_first = not self._holders
            self._holders.add(by)
            if not is_first:
                return False
            self._since_s = time.monotonic()
            self._events_due += 1
            return True

    def never_began(self) -> None:
        """Take note that it could not be held after all."""
        with self._lock:
            self._holders.clear()
            self._since_s = None
            self._events_due -= 1

    def let_go(self, by: object) -> bool:
        """Take note of who holds it no longer; whether it was held, and nobody holds it now."""
        with self._lock:
            was_held = by in self._holders
            self._holders.discard(by)
            return was_held and not self._holders

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
