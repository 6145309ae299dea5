"""What happens to a guest's power: switched on, reset, stopped, and why; and who is told.

Knows nothing of libvirt: `hypervisor` says what happened, others wait for it.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias


class Start(Enum):
    """How firmware began to run; the value continues "the guest …"."""

    ON = "was switched on"
    RESET = "was reset"
    AGAIN = "goes on: it had only been halted"


class Stop(Enum):
    """Why a guest came to stand still; the value continues "the guest …"."""

    SHUTDOWN = "shut itself down"
    OFF = "was switched off"
    PANICKED = "panicked: its system told the hypervisor so"
    CRASHED = "crashed"
    FAILED = "failed: its emulator ended by itself"
    PAUSED = "was stopped by its accelerator, which met something that it cannot execute"
    LOST = "was lost: libvirtd is gone"

    @property
    def is_wanted(self) -> bool:
        """Whether the guest or the harness meant it."""
        return self in (Stop.SHUTDOWN, Stop.OFF)


PowerEvent: TypeAlias = Start | Stop
Listener: TypeAlias = Callable[[PowerEvent], None]


@dataclass(frozen=True, kw_only=True)
class PowerMark:
    """A power event of a guest."""

    time_s: float
    """Seconds since the epoch."""
    event: PowerEvent


class Life:
    """A guest's runs, one after the other: each begins and, at some time, stops."""

    def __init__(self) -> None:
        """Begin with a guest that is off and has never run."""
        self.began_s: float | None = None
        """When its latest run began, by `time.monotonic`; None before the first."""
        self.running = False
        """Whether it was started and has not stopped since."""
        self.stop_reason: Stop | None = None
        """Why its latest run stopped; None while it runs, and before the first."""
        self.history: tuple[PowerMark, ...] = ()
        """All that has happened to its power so far."""
        self._changed = threading.Condition()
        self._listeners: list[Listener] = []

    def on_event(self, listener: Listener) -> None:
        """Have `listener` told of every event, in the thread that learns of it: do not block."""
        self._listeners.append(listener)

    def wait_for_stop(self, timeout_s: float) -> Stop | None:
        """Wait until it stops; give why, or None when it still runs."""
        with self._changed:
            self._changed.wait_for(lambda: not self.running, timeout_s)
        return self.stop_reason

    def wait_for_event(self, event: PowerEvent, timeout_s: float, *, after: int) -> bool:
        """Wait for an event that is not among the first `after`; whether it came."""
        with self._changed:
            return self._changed.wait_for(
                lambda: any(mark.event is event for mark in self.history[after:]), timeout_s
            )

    def begin(self) -> None:
        """Take note that a run begins."""
        with self._changed:
            self.stop_reason, self.running = None, True
            self.began_s = time.monotonic()
        self._tell(Start.ON)

    def was_reset(self) -> None:
        """Take note that it begins anew without having stopped."""
        if self.running:
            self._tell(Start.RESET)

    def go_on(self) -> None:
        """Take note that the run goes on that stood still: a person had halted it."""
        with self._changed:
            if self.stop_reason is not Stop.PAUSED:
                return
            self.stop_reason, self.running = None, True
        self._tell(Start.AGAIN)

    def end(self, stop: Stop) -> None:
        """Take note that the run has stopped; the first reason counts.

        But a panic stops the machine before it is told: it says why the machine stood still.
        """
        with self._changed:
            is_why = stop is Stop.PANICKED and self.stop_reason is Stop.PAUSED
            if not (self.running or is_why):
                return
            self.stop_reason, self.running = stop, False
        self._tell(stop)

    def _tell(self, event: PowerEvent) -> None:
        with self._changed:
            self.history = (*self.history, PowerMark(time_s=time.time(), event=event))
            self._changed.notify_all()
        for listener in tuple(self._listeners):
            listener(event)
