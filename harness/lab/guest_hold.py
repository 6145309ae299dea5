"""A guest with the fast clock stands still while a server owes it an answer.

Its clock counts its own instructions: in the host's tenth of a second that a busy server is
late it would live through many, send its question again and again, and give up on a server
that a real machine would have had an answer from. So its time stops, and goes on with the answer.

No protocol is read for that. A server owes an answer while the guest has sent something, the
server's port of the bridge sends nothing, and a daemon has work to do (`Service.is_busy`). One
that sleeps owes nothing: it has answered, will not, or is dead; and what a faulty link loses or
delays is on its way, not at a server. So none of these is masked. A daemon that sleeps on
purpose first, as DHCP servers do that ping, says so itself (`SiteDaemon.owes`).
"""

import os
import select
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass
from typing import Protocol, Self

from harness import logwatch
from harness.guest.spec import Clock, GuestSpec
from harness.model import Role
from harness.services.base import Service
from harness.services.site_daemon import SiteDaemon

PING_S = 2.0
"""Twice as long as ISC dhcpd pings unless its file says otherwise (ping-timeout).

A machine gathers offers for as long (iPXE) or longer (UEFI): what another server has offered
meanwhile counts as it would in a machine that was not held.
"""
BUSY_S = 5.0
"""A daemon that is busy for longer without a word hangs: that is for the guest to find out."""
_LATE_S = 0.02
"""Most answers are there after a millisecond, and to stop and go on takes two."""
_ASKED_S = 1.0
"""Who has sent nothing for so long waits for nothing: with the fast clock it would have."""
_AGAIN_S = 0.1
"""How long nobody is looked at who was asleep, and was sent nothing since: in each lab that took
a millisecond of a core's twenty."""
_HELD_S = 0.004
"""How often a server is looked at while the guest stands still."""


class Holdable(Protocol):
    """What can stand still: `hypervisor.Domain`."""

    def hold(self, by: object) -> None:
        """Let its time stand still."""

    def release(self, by: object) -> None:
        """Let it go on, unless others hold it."""


@dataclass
class _Debt:
    """Answers that are due: each can hold a guest for so long, and not again until it is there."""

    longest_s: float
    since_s: float | None = None

    def holds(self, *, is_due: bool) -> bool:
        now_s = time.monotonic()
        self.since_s = (self.since_s or now_s) if is_due else None
        return self.since_s is not None and now_s - self.since_s < self.longest_s


class GuestHold:
    """Watches a lab's daemons for one guest, between `__enter__` and `__exit__`."""

    def __init__(
        self,
        guest: Holdable,
        *,
        mac: str,
        services: Mapping[str, Service],
        traffic: Callable[[], tuple[int, int]],
        longest_s: float = BUSY_S,
    ) -> None:
        """Keep whom to hold, and by whom: `traffic` tells what came to the server, and went."""
        self._guest = guest
        self._mac = mac
        self._services = services
        self._traffic = traffic
        pingers = [each for each in self._daemons() if Role.DHCPV4 in each.roles]
        self._pingers = [(each, logwatch.Tail(each.log_path)) for each in pingers]
        self._ping = _Debt(min(PING_S, longest_s))
        self._busy = _Debt(longest_s)
        self._pings: dict[SiteDaemon, bool] = {}
        """Who may ping before an answer → whether it does, as its log was last read."""
        self._counts = (0, 0)
        self._asked_s = -_ASKED_S
        self._asleep_s = -_AGAIN_S
        """When all daemons were seen to have nothing to do."""
        self._end_fd = os.eventfd(0, os.EFD_CLOEXEC)
        self._thread = threading.Thread(target=self._run, name=f"hold-{mac}", daemon=True)

    def __enter__(self) -> Self:
        """Begin to watch."""
        opened: list[tuple[SiteDaemon, logwatch.Tail]] = []
        for daemon, tail in self._pingers:
            with suppress(OSError):  # this user watches as many files as he may (inotify(7))
                opened.append((daemon, tail.__enter__()))
        self._pingers = opened
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Watch no longer; the guest is released."""
        os.eventfd_write(self._end_fd, 1)
        self._thread.join()
        os.close(self._end_fd)
        for _daemon, tail in self._pingers:
            tail.__exit__(None, None, None)

    def _daemons(self) -> list[SiteDaemon]:
        return [each for each in tuple(self._services.values()) if isinstance(each, SiteDaemon)]

    def _run(self) -> None:
        poller = select.poll()
        poller.register(self._end_fd, select.POLLIN)
        for _, tail in self._pingers:
            poller.register(tail, select.POLLIN)
        look_s = _LATE_S
        try:
            while self._end_fd not in dict(poller.poll(look_s * 1000)):
                pings = self._ping.holds(is_due=self._is_pinging())
                if self._busy.holds(is_due=self._is_late()) or pings:
                    self._guest.hold(self)
                    look_s = _HELD_S
                else:
                    self._guest.release(self)
                    look_s = _LATE_S
        finally:
            self._guest.release(self)

    def _is_pinging(self) -> bool:
        """Whether a DHCP server's log says that it owes an answer; unread it says nothing."""
        for daemon, tail in self._pingers:
            with suppress(OSError):
                for line in tail.lines():
                    is_owed = daemon.owes(line, self._mac)
                    if is_owed is not None:
                        self._pings[daemon] = is_owed
        return any(self._pings.values())

    def _is_late(self) -> bool:
        """Whether a daemon is at work, and the guest has nothing of it since the last look."""
        before, now_s = self._counts, time.monotonic()
        try:
            self._counts = heard, said = self._traffic()
        except OSError:  # the lab is going down
            return False
        if heard != before[0]:
            self._asked_s, self._asleep_s = now_s, -_AGAIN_S
        has_asked = now_s - self._asked_s < _ASKED_S or self._busy.since_s is not None
        if said != before[1] or not has_asked or now_s - self._asleep_s < _AGAIN_S:
            return False
        is_busy = any(each.is_busy for each in self._daemons())
        self._asleep_s = -_AGAIN_S if is_busy else now_s
        return is_busy


def held_for_answers(
    guest: Holdable,
    spec: GuestSpec,
    services: Mapping[str, Service],
    traffic: Callable[[], tuple[int, int]],
) -> AbstractContextManager[object]:
    """Hold a guest whose clock is the fast one as long as a server has it wait."""
    if spec.clock is Clock.REAL:
        return nullcontext()
    return GuestHold(guest, mac=spec.mac.lower(), services=services, traffic=traffic)
