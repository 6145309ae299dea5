"""A guest's deadline counts the guest's seconds, within bounds of the host's."""

from dataclasses import dataclass
from math import inf

from harness.deadline import Pace
from harness.guest.console.patience import LEAST_S, STALLED_S, GuestDeadline, Patience


@dataclass
class Clocks:
    """Two clocks that a test moves."""

    host_s: float = 1000.0
    guest_s: float = 7.0

    def move(self, *, host_s: float, guest_s: float) -> None:
        """Let time pass."""
        self.host_s += host_s
        self.guest_s += guest_s


def begun(clocks: Clocks, timeout_s: float = 40.0, *, most_s: float = inf) -> GuestDeadline:
    """Begin a deadline of 40 s of the guest's, which is looked at now and then."""
    return GuestDeadline(
        what="the menu",
        timeout_s=timeout_s,
        least_s=LEAST_S,
        stalled_s=STALLED_S,
        most_s=most_s,
        guest_s=lambda: clocks.guest_s,
        clock=lambda: clocks.host_s,
    )


def test_a_slow_host_is_no_slow_guest() -> None:
    clocks = Clocks()
    deadline = begun(clocks)
    for _ in range(39):
        clocks.move(host_s=STALLED_S - 1, guest_s=1)
        assert not deadline.expired
    clocks.move(host_s=1, guest_s=1)
    assert deadline.expired
    assert str(deadline) == "the menu did not come within 40 s of the guest's time (2302 s here)"


def test_servers_get_their_time_though_an_idle_guest_lets_hours_pass() -> None:
    clocks = Clocks()
    deadline = begun(clocks)
    seen = []
    for host_s, guest_s in ((LEAST_S - 1, 3600), (1, 0)):
        clocks.move(host_s=host_s, guest_s=guest_s)
        seen.append(deadline.expired)
    assert seen == [False, True]


def test_a_guest_that_hangs_is_given_up() -> None:
    clocks = Clocks()
    deadline = begun(clocks)
    seen = []
    for host_s, guest_s in ((30, 3), (STALLED_S, 0)):
        clocks.move(host_s=host_s, guest_s=guest_s)
        seen.append(deadline.expired)
    assert seen == [False, True]
    assert "the guest's clock stands still" in str(deadline)


def test_a_guest_whose_clock_creeps_is_given_up_in_the_hosts_time() -> None:
    clocks = Clocks()
    deadline = begun(clocks, most_s=400.0)
    seen = []
    for host_s, guest_s in ((399, 4), (1, 0)):
        clocks.move(host_s=host_s / 10, guest_s=guest_s / 10)
        for _ in range(9):
            assert not deadline.expired
            clocks.move(host_s=host_s / 10, guest_s=guest_s / 10)
        seen.append(deadline.expired)
    assert seen == [False, True]
    assert str(deadline) == "the menu did not come within 4 s of the guest's time (400 s here)"


def test_no_wait_is_longer_in_the_hosts_time_than_so_often_its_own() -> None:
    patience = Patience(guest_s=lambda: 0.0, pace=Pace(slowness=4, crowding=3))
    assert patience.deadline(100, "the menu").most_s == 1200
    assert patience.deadline(2, "a key").most_s == 720


def test_emulation_gives_more_of_the_guests_time_and_a_crowd_more_of_the_hosts() -> None:
    patience = Patience(guest_s=lambda: 0.0, pace=Pace(slowness=4, crowding=3))
    deadline = patience.deadline(60, "the menu")
    assert (deadline.timeout_s, deadline.least_s, deadline.stalled_s) == (240, 30, 720)
    assert patience.deadline(2, "a key").least_s == 6


def test_what_a_guest_does_alone_needs_nothing_of_the_hosts_time() -> None:
    """Its first byte after a cold start: nobody serves it that."""
    guest_s = iter((0.0, 11.0, 11.0))
    patience = Patience(guest_s=lambda: next(guest_s), pace=Pace(crowding=4))
    assert patience.deadline(10, "the first byte", of_servers=False).expired
    guest_s = iter((0.0, 11.0, 11.0))
    assert not patience.deadline(10, "the menu").expired
