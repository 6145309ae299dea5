"""A guest with the fast clock stands still while the DHCP server owes it an answer.

A server may ping an address for a second before it offers it. That second is the
host's. To a guest whose clock counts its own instructions it is many: it would send
its question again and again, at full speed, and, on a busy host, give up on a server
that a real machine would have had an answer from. So its time stops as soon as the
server has its question, and goes on with the answer.

Only a server that is alive and has taken the question in can hold a guest, and
not for longer than it may ping; one that lets that pass is not waited for again.
"""

import os
import select
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext, suppress
from pathlib import Path
from typing import Protocol, Self

from harness import logwatch
from harness.guest.spec import Clock, GuestSpec
from harness.model import Role
from harness.services.base import Service
from harness.services.site_daemon import SiteDaemon

HOLD_S = 2.0
"""Twice as long as ISC dhcpd pings unless its file says otherwise (ping-timeout).

A machine gathers offers for as long (iPXE) or longer (UEFI): what another server has offered
meanwhile counts as it would in a machine that was not held.
"""

Owes = Callable[[str, str], bool | None]
"""Whether a machine is owed an answer by a line of a log (`SiteDaemon.owes`)."""


class Holdable(Protocol):
    """What can stand still: `hypervisor.Domain`."""

    def hold(self) -> None:
        """Let its time stand still."""

    def release(self) -> None:
        """Let it go on."""


class DhcpHold:
    """Watches a DHCP server's log for one guest, between `__enter__` and `__exit__`."""

    def __init__(
        self, guest: Holdable, *, mac: str, log_path: Path, owes: Owes, longest_s: float = HOLD_S
    ) -> None:
        """Keep whom to hold, for how long at most, by which log and how that reads."""
        self._owes = owes
        self._guest = guest
        self._mac = mac
        self._longest_s = longest_s
        self._tail = logwatch.Tail(log_path)
        self._end_fd = -1
        self._thread = threading.Thread(target=self._run, name=f"hold-{mac}", daemon=True)
        self._until_s: float | None = None
        self._is_trusted = True

    def __enter__(self) -> Self:
        """Begin to watch; where that cannot be, nobody is held."""
        try:
            self._tail.__enter__()
        except OSError:  # this user watches as many files as Linux lets him (inotify(7))
            return self
        self._end_fd = os.eventfd(0, os.EFD_CLOEXEC)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Watch no longer; the guest is released."""
        if self._end_fd < 0:
            return
        os.eventfd_write(self._end_fd, 1)
        self._thread.join()
        os.close(self._end_fd)
        self._tail.__exit__(None, None, None)

    def _run(self) -> None:
        poller = select.poll()
        poller.register(self._tail, select.POLLIN)
        poller.register(self._end_fd, select.POLLIN)
        try:
            while self._end_fd not in dict(poller.poll(self._left_ms())):
                self._take_in(self._read())
        finally:
            self._guest.release()

    def _read(self) -> tuple[str, ...]:
        """Give the new lines; a log that cannot be read says nothing."""
        with suppress(OSError):
            return self._tail.lines()
        return ()

    def _take_in(self, lines: tuple[str, ...]) -> None:
        for line in lines:
            if (is_owed := self._owes(line, self._mac)) is None:
                continue
            if not is_owed:
                self._is_trusted, self._until_s = True, None
            elif self._is_trusted and self._until_s is None:
                self._until_s = time.monotonic() + self._longest_s
        if self._until_s is None:
            self._guest.release()
        elif time.monotonic() < self._until_s:
            self._guest.hold()
        else:
            self._is_trusted, self._until_s = False, None
            self._guest.release()

    def _left_ms(self) -> float | None:
        """Give how long the guest may still be held; None while it is not."""
        if self._until_s is None:
            return None
        return max(0.0, self._until_s - time.monotonic()) * 1000


def held_for_dhcp(
    guest: Holdable, spec: GuestSpec, services: Mapping[str, Service]
) -> AbstractContextManager[object]:
    """Hold a guest whose clock is the fast one as long as the DHCPv4 server has it wait."""
    daemons = (each for each in services.values() if isinstance(each, SiteDaemon))
    server = next((each for each in daemons if Role.DHCPV4 in each.roles), None)
    if spec.clock is Clock.REAL or server is None:
        return nullcontext()
    return DhcpHold(guest, mac=spec.mac.lower(), log_path=server.log_path, owes=server.owes)
