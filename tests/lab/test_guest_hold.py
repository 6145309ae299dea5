"""A guest stands still while a server owes it an answer, and not for ever."""

import time
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import cast

import pytest

from harness.deadline import Pace
from harness.guest.spec import Clock
from harness.lab.guest_hold import GuestHold, held_for_answers
from harness.services.base import Enclosure
from harness.services.dhcpd import Dhcpd4, RogueDhcpd
from harness.services.site_daemon import SiteDaemon
from harness.site import Site
from tests.lab.test_guest_clock import SPEC

MAC = "52:54:00:12:34:50"
DISCOVER = f"DHCPDISCOVER from {MAC} via eth0"
OFFER = f"DHCPOFFER on 192.0.2.64 to {MAC} via eth0"
IN_USE = "ICMP Echo reply while lease 192.0.2.64 valid."
SOON_S = 5.0
NOWHERE = cast("Enclosure", None), cast("Site", None)


@dataclass
class FakeGuest:
    """Remembers whether it moves, and what it was told when that changed."""

    moves: bool = True
    told: list[str] = field(default_factory=list)

    def hold(self, _by: object) -> None:
        if self.moves:
            self.moves = False
            self.told.append("hold")

    def release(self, _by: object) -> None:
        if not self.moves:
            self.moves = True
            self.told.append("release")


@dataclass
class Dhcpd:
    """Writes a log as dhcpd does."""

    log_path: Path

    def says(self, *lines: str) -> None:
        with self.log_path.open("a") as log:
            log.write("".join(f"{line}\n" for line in lines))


@pytest.fixture
def guest() -> FakeGuest:
    return FakeGuest()


@pytest.fixture
def dhcpd(tmp_path: Path) -> Dhcpd:
    dhcpd = Dhcpd(tmp_path / "dhcpd4.log")
    dhcpd.says("Server starting service.")
    return dhcpd


@dataclass
class FakeDaemon(SiteDaemon):
    """At work, or not."""

    roles = ()
    is_busy: bool = False


@dataclass
class SleepingDaemon(SiteDaemon):
    """Never at work; counts how often that is asked."""

    roles = ()
    looks: int = 0

    @property
    def is_busy(self) -> bool:
        self.looks += 1
        return False


@dataclass
class Port:
    """Counts the frames that came to the server, and went; and who looks at that."""

    heard: int = 0
    said: int = 0
    looks: int = 0

    def traffic(self) -> tuple[int, int]:
        self.looks += 1
        return self.heard, self.said

    def is_looked_at(self) -> bool:
        """Wait for a look that began after this call to be over: the next one has begun then."""
        before = self.looks
        return soon(lambda: self.looks >= before + 3)


@pytest.fixture
def daemon() -> FakeDaemon:
    return FakeDaemon()


@pytest.fixture
def port() -> Port:
    return Port()


def holding(
    guest: FakeGuest, daemon: SiteDaemon, port: Port, log_dir: Path, longest_s: float = 60
) -> GuestHold:
    """Make the hold of a guest by dhcpd and another daemon."""
    services = {"dhcpd4": Dhcpd4(*NOWHERE, log_dir, Pace()), "other": daemon}
    return GuestHold(guest, mac=MAC, services=services, traffic=port.traffic, longest_s=longest_s)


@pytest.fixture
def hold(guest: FakeGuest, dhcpd: Dhcpd, daemon: FakeDaemon, port: Port) -> Iterator[GuestHold]:
    with holding(guest, daemon, port, dhcpd.log_path.parent) as hold:
        yield hold


def soon(what: Callable[[], bool]) -> bool:
    """Whether it comes true within a few seconds."""
    until_s = time.monotonic() + SOON_S
    while not what() and time.monotonic() < until_s:
        time.sleep(0.002)
    return what()


@pytest.mark.parametrize(
    ("line", "is_owed"),
    [
        (DISCOVER, True),
        (f"DHCPDISCOVER from {MAC} (showmax) via eth0", True),
        (f"{DISCOVER}: network 192.0.2.0/24: no free leases", False),
        (f"{DISCOVER}: load balance to peer failover", False),
        (OFFER, False),
        (f"DHCPACK on 192.0.2.64 to {MAC} via eth0", False),
        (IN_USE, False),
        ("DHCPDISCOVER from 52:54:00:12:34:51 via eth0", None),
        ("DHCPOFFER on 192.0.2.65 to 52:54:00:12:34:51 via eth0", None),
        ("Wrote 0 leases to leases file.", None),
    ],
)
def test_what_a_line_says(line: str, is_owed: bool | None) -> None:
    assert Dhcpd4.owes(line, MAC) is is_owed


@pytest.mark.usefixtures("hold")
@pytest.mark.parametrize("answer", [OFFER, IN_USE])
def test_it_stands_still_until_the_answer(guest: FakeGuest, dhcpd: Dhcpd, answer: str) -> None:
    dhcpd.says(DISCOVER)
    assert soon(lambda: not guest.moves)
    dhcpd.says(f"reuse_lease: lease age 0 (secs)\n{answer}")
    assert soon(lambda: guest.moves)
    dhcpd.says(DISCOVER)
    assert soon(lambda: not guest.moves)


@pytest.mark.usefixtures("hold")
def test_an_answer_at_once_holds_nobody(guest: FakeGuest, dhcpd: Dhcpd, port: Port) -> None:
    dhcpd.says(DISCOVER, OFFER)
    dhcpd.says("DHCPDISCOVER from 52:54:00:12:34:51 via eth0")
    assert port.is_looked_at()
    assert guest.told == []


@pytest.mark.usefixtures("hold")
def test_a_busy_daemon_holds_who_has_asked(
    guest: FakeGuest, daemon: FakeDaemon, port: Port
) -> None:
    daemon.is_busy = True
    assert port.is_looked_at()
    assert guest.told == []
    port.heard += 1
    assert soon(lambda: not guest.moves)
    port.said += 1
    assert soon(lambda: guest.moves)


@pytest.mark.usefixtures("hold")
def test_a_daemon_that_sleeps_holds_nobody(
    guest: FakeGuest, daemon: FakeDaemon, port: Port
) -> None:
    port.heard += 1
    assert port.is_looked_at()
    assert guest.told == []
    daemon.is_busy = True
    assert soon(lambda: not guest.moves)
    daemon.is_busy = False
    assert soon(lambda: guest.moves)


def test_whoever_slept_and_was_sent_nothing_since_is_seldom_looked_at(
    guest: FakeGuest, dhcpd: Dhcpd, port: Port
) -> None:
    daemon = SleepingDaemon()
    with holding(guest, daemon, port, dhcpd.log_path.parent):
        port.heard += 1
        assert soon(lambda: daemon.looks > 0)
        port.heard += 1
        assert soon(lambda: daemon.looks > 1)
        before, began = daemon.looks, port.looks
        assert soon(lambda: port.looks >= began + 20)
        assert daemon.looks - before <= 10


def test_a_daemon_that_hangs_is_for_the_guest_to_find_out(
    guest: FakeGuest, dhcpd: Dhcpd, daemon: FakeDaemon, port: Port
) -> None:
    daemon.is_busy = True
    with holding(guest, daemon, port, dhcpd.log_path.parent, 0.5):
        port.heard += 1
        assert soon(lambda: guest.told == ["hold", "release"])
        port.heard += 1
        assert port.is_looked_at()
        assert guest.told == ["hold", "release"]


def test_one_that_does_not_answer_is_not_waited_for_again(
    guest: FakeGuest, dhcpd: Dhcpd, daemon: FakeDaemon, port: Port
) -> None:
    with holding(guest, daemon, port, dhcpd.log_path.parent, 0.05):
        dhcpd.says(DISCOVER)
        assert soon(lambda: guest.told == ["hold", "release"])
        dhcpd.says(DISCOVER)
        assert port.is_looked_at()
        assert guest.told == ["hold", "release"]
        dhcpd.says(OFFER)
        assert port.is_looked_at()
        dhcpd.says(DISCOVER)
        assert soon(lambda: guest.told[2:3] == ["hold"])


def test_the_end_releases_it(
    guest: FakeGuest, dhcpd: Dhcpd, daemon: FakeDaemon, port: Port
) -> None:
    with holding(guest, daemon, port, dhcpd.log_path.parent):
        dhcpd.says(DISCOVER)
        assert soon(lambda: not guest.moves)
    assert guest.told == ["hold", "release"]


def test_only_the_fast_clock_is_held(guest: FakeGuest, port: Port) -> None:
    assert isinstance(held_for_answers(guest, SPEC, {}, port.traffic), nullcontext)
    fast = replace(SPEC, clock=Clock.FAST)
    assert isinstance(held_for_answers(guest, fast, {}, port.traffic), GuestHold)


def test_a_rogue_dhcp_server_may_ping(guest: FakeGuest, dhcpd: Dhcpd, port: Port) -> None:
    rogue = RogueDhcpd(*NOWHERE, dhcpd.log_path.parent, Pace())
    with GuestHold(guest, mac=MAC, services={"rogue": rogue}, traffic=port.traffic):
        dhcpd.says(DISCOVER)
        assert port.is_looked_at()
    assert guest.told == []


def test_a_log_that_cannot_be_watched_holds_nobody(
    guest: FakeGuest, daemon: FakeDaemon, port: Port, tmp_path: Path
) -> None:
    with holding(guest, daemon, port, tmp_path / "never-started"):
        pass
    assert guest.told == []
