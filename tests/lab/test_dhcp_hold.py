"""A guest stands still while dhcpd owes it an answer, as its log tells, and not for ever."""

import time
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import cast

import pytest

from harness.deadline import Pace
from harness.guest.spec import Clock
from harness.lab.dhcp_hold import DhcpHold, held_for_dhcp
from harness.services.base import Enclosure
from harness.services.dhcpd import Dhcpd4, RogueDhcpd
from harness.site import Site
from tests.lab.test_guest_clock import SPEC

MAC = "52:54:00:12:34:50"
DISCOVER = f"DHCPDISCOVER from {MAC} via eth0"
OFFER = f"DHCPOFFER on 192.0.2.64 to {MAC} via eth0"
IN_USE = "ICMP Echo reply while lease 192.0.2.64 valid."
SOON_S = 5.0


@dataclass
class FakeGuest:
    """Remembers whether it moves, and what it was told when that changed."""

    moves: bool = True
    told: list[str] = field(default_factory=list)

    def hold(self) -> None:
        if self.moves:
            self.moves = False
            self.told.append("hold")

    def release(self) -> None:
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


@pytest.fixture
def hold(guest: FakeGuest, dhcpd: Dhcpd) -> Iterator[DhcpHold]:
    with DhcpHold(guest, mac=MAC, log_path=dhcpd.log_path, owes=Dhcpd4.owes, longest_s=60) as hold:
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
def test_an_answer_at_once_holds_nobody(guest: FakeGuest, dhcpd: Dhcpd) -> None:
    dhcpd.says(DISCOVER, OFFER)
    dhcpd.says("DHCPDISCOVER from 52:54:00:12:34:51 via eth0")
    time.sleep(0.05)
    assert guest.told == []


def test_one_that_does_not_answer_is_not_waited_for_again(guest: FakeGuest, dhcpd: Dhcpd) -> None:
    with DhcpHold(guest, mac=MAC, log_path=dhcpd.log_path, owes=Dhcpd4.owes, longest_s=0.05):
        dhcpd.says(DISCOVER)
        assert soon(lambda: guest.told == ["hold", "release"])
        dhcpd.says(DISCOVER)
        time.sleep(0.05)
        assert guest.told == ["hold", "release"]
        dhcpd.says(OFFER)
        time.sleep(0.05)
        dhcpd.says(DISCOVER)
        assert soon(lambda: guest.told[2:3] == ["hold"])


def test_the_end_releases_it(guest: FakeGuest, dhcpd: Dhcpd) -> None:
    with DhcpHold(guest, mac=MAC, log_path=dhcpd.log_path, owes=Dhcpd4.owes, longest_s=60):
        dhcpd.says(DISCOVER)
        assert soon(lambda: not guest.moves)
    assert guest.told == ["hold", "release"]


def test_only_the_fast_clock_is_held(guest: FakeGuest, dhcpd: Dhcpd) -> None:
    nowhere = cast("Enclosure", None), cast("Site", None)
    services = {"dhcpd4": Dhcpd4(*nowhere, dhcpd.log_path.parent, Pace())}
    fast = replace(SPEC, clock=Clock.FAST)
    assert isinstance(held_for_dhcp(guest, SPEC, services), nullcontext)
    assert isinstance(held_for_dhcp(guest, fast, {}), nullcontext)
    assert isinstance(held_for_dhcp(guest, fast, services), DhcpHold)
    rogue = RogueDhcpd(*nowhere, dhcpd.log_path.parent, Pace())
    assert isinstance(held_for_dhcp(guest, fast, {"rogue": rogue}), nullcontext)


def test_a_log_that_cannot_be_watched_holds_nobody(guest: FakeGuest, tmp_path: Path) -> None:
    with DhcpHold(guest, mac=MAC, log_path=tmp_path / "never-started", owes=Dhcpd4.owes):
        pass
    assert guest.told == []
