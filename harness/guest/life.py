"""Whether a guest runs, how it came to stand still, and who is told.

Knows nothing of libvirt: `hypervisor` says what happened, others wait for it.
"""

import threading
from collections.abc import Callable
from enum import Enum


class Ending(Enum):
    """How a guest came to stand still; the value continues "the guest …"."""

    SHUTDOWN = "shut itself down"
    OFF = "was switched off"
    CRASHED = "crashed"
    FAILED = "failed: its emulator ended by itself"
    PAUSED = "was stopped by its accelerator, which met something that it cannot execute"
    LOST = "was lost: libvirtd is gone"

    @property
    def is_wanted(self) -> bool:
        """Whether the guest or the harness meant it."""
        return self in (Ending.SHUTDOWN, Ending.OFF)


class Life:
    """A guest's runs, one after the other: each begins and, at some time, ends."""

    def __init__(self) -> None:
        """Begin with a guest that is off and has never run."""
        self._ending: Ending | None = None
        self._runs = False
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._callbacks: list[Callable[[Ending], None]] = []

    @property
    def running(self) -> bool:
        """Whether it was started and has not stopped since."""
        return self._runs

    @property
    def ending(self) -> Ending | None:
        """How its latest run ended; None while it runs, and before the first."""
        return self._ending

    def on_stop(self, callback: Callable[[Ending], None]) -> None:
        """Have `callback` told whenever it stops, in libvirt's event thread: it must not block."""
        self._callbacks.append(callback)

    def wait_for_stop(self, timeout_s: float) -> Ending | None:
        """Wait until it stops; give how, or None when it still runs."""
        self._stopped.wait(timeout_s)
        return self._ending

    def begin(self) -> None:
        """Take note that a run begins."""
        with self._lock:
            self._ending, self._runs = None, True
            self._stopped.clear()

    def end(self, ending: Ending) -> None:
        """Take note that the run ended; the first ending counts."""
        with self._lock:
            if not self._runs:
                return
            self._ending, self._runs = ending, False
        self._stopped.set()
        for callback in self._callbacks:
            callback(ending)
