"""A guest's own seconds since its power-on, as its deadlines count them.

With the fast clock they are the guest's: QEMU knows them. With the real one they are
the host's, less those in which the guest's emulator was ready to run and got no
core (Linux, sched-stats.rst: the second number of /proc/PID/task/TID/schedstat):
a guest that others keep from its core has not been slow.
"""

import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from harness.guest.hypervisor import Domain
from harness.guest.spec import Clock
from harness.lab.namespace import Namespace


def guest_clock(namespace: Namespace, domain: Domain, clock: Clock) -> Callable[[], float]:
    """Give what tells the seconds of a guest; none have passed while it has never been on."""
    if clock is Clock.FAST:
        return lambda: domain.clock_s
    return _HostClock(namespace, domain)


class _HostClock:
    """The host's seconds since power-on, less what the guest had to wait for a core."""

    def __init__(self, namespace: Namespace, domain: Domain) -> None:
        """Keep where to look."""
        self._namespace = namespace
        self._domain = domain
        self._pid_path = Path(f"/run/libvirt/qemu/{domain.name}.pid")
        self._began_s: float | None = None
        self._waited_s = 0.0

    def __call__(self) -> float:
        """Give the seconds."""
        began_s = self._domain.began_s
        if began_s is None:
            return 0.0
        if began_s != self._began_s:
            self._began_s, self._waited_s = began_s, 0.0
        with suppress(OSError, ValueError):  # its emulator is not there yet, or not any more
            self._waited_s = max(self._waited_s, self._read())
        return time.monotonic() - began_s - self._waited_s

    def _read(self) -> float:
        """Give how long its busiest thread, which executes the guest, had to wait for a core."""
        pid = self._namespace.path(self._pid_path).read_text().strip()
        tasks = self._namespace.path(f"/proc/{pid}/task").iterdir()
        return max(int((task / "schedstat").read_text().split()[1]) for task in tasks) / 1e9
