"""Wait for the true end of a lab: of the last of its processes.

A call that takes a lab down may return while the kernel is still at it.
"""

import os
import select

_TIMEOUT_S = 20.0


class Ending:
    """The end of a lab, by its pid 1: the kernel lets it go last, and says so."""

    def __init__(self, pid: int) -> None:
        """Take hold of pid 1 while it lives."""
        self._pidfd = os.pidfd_open(pid)

    def wait(self) -> None:
        """Wait until nothing of the lab runs any more; to be called once."""
        poller = select.poll()
        poller.register(self._pidfd, select.POLLIN)
        poller.poll(_TIMEOUT_S * 1000)
        os.close(self._pidfd)
