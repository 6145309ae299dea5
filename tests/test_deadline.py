"""A deadline counts from its making, and never below nothing."""

from harness.deadline import Deadline, Pace


class Clock:
    """A clock that a test moves."""

    now_s = 100.0

    def __call__(self) -> float:
        """Give the time."""
        return self.now_s


def test_a_deadline_counts_down() -> None:
    clock = Clock()
    deadline = Deadline(5.0, "the menu", clock=clock)
    assert (deadline.elapsed_s, deadline.remaining_s, deadline.expired) == (0.0, 5.0, False)
    clock.now_s += 2
    assert (deadline.elapsed_s, deadline.remaining_s, deadline.expired) == (2.0, 3.0, False)
    clock.now_s += 3
    assert (deadline.remaining_s, deadline.expired) == (0.0, True)
    clock.now_s += 10
    assert (deadline.remaining_s, deadline.expired) == (0.0, True)


def test_no_time_at_all_is_over_at_once() -> None:
    assert Deadline(0.0, "nothing").expired


def test_the_usual_clock_does_not_jump_with_the_hosts_time() -> None:
    deadline = Deadline(60.0, "the menu")
    assert 0.0 <= deadline.elapsed_s < 60.0
    assert not deadline.expired


def test_a_pace_tells_the_guests_seconds_from_the_hosts() -> None:
    pace = Pace(slowness=4.0, crowding=2.0)
    assert pace.for_guest(10.0) == 40.0
    assert pace.for_host(10.0) == 20.0
    assert pace.for_both(10.0) == 80.0
    assert Pace().for_both(10.0) == 10.0
