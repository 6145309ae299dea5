"""A guest's own seconds, as its deadlines count them.

With the fast clock they are the guest's: QEMU knows them. With the real one they are
the host's, less those in which the guest's emulator was ready to run and got no
core (Linux, sched-stats.rst: the second number of /proc/PID/task/TID/schedstat):
a guest that others keep from its core has not been slow.
"""

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from harness.guest.hypervisor import Domain
from harness.guest.spec import Clock, GuestSpec
from harness.lab.namespace import Namespace


def guest_clock(
    namespace: Namespace, spec: GuestSpec, domains: Sequence[Domain]
) -> Callable[[], float]:
    """Give what tells the seconds of a guest; `domains` holds it once it is on."""
    if spec.clock is Clock.FAST:
        return lambda: domains[0].clock_s if domains else 0.0
    return _HostClock(namespace, spec.name)


class _HostClock:
    """The host's seconds since it was made, less what the guest had to wait for a core."""

    def __init__(self, namespace: Namespace, name: str) -> None:
        """Keep where to look."""
        self._namespace = namespace
        self._pid_path = Path(f"/run/libvirt/qemu/{name}.pid")
        self._zero_s = time.monotonic()
        self._waited_s = 0.0

    def __call__(self) -> float:
        """Give the seconds."""
        with suppress(OSError, ValueError):  # it is not on yet, or not any more
            self._waited_s = max(self._waited_s, self._read())
        return time.monotonic() - self._zero_s - self._waited_s

    def _read(self) -> float:
        """Give how long its busiest thread, which executes the guest, had to wait for a core."""
        pid = self._namespace.path(self._pid_path).read_text().strip()
        tasks = self._namespace.path(f"/proc/{pid}/task").iterdir()
        return max(int((task / "schedstat").read_text().split()[1]) for task in tasks) / 1e9
