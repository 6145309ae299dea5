"""Logs are read as far as they are, and waited for with an end in sight."""

from pathlib import Path

from harness import logwatch
from harness.deadline import Deadline


class Clock:
    """A clock that moves by what is paused."""

    now_s = 0.0

    def __call__(self) -> float:
        """Give the time."""
        return self.now_s

    def pause(self, seconds_s: float) -> None:
        """Let time pass."""
        self.now_s += seconds_s


def test_a_log_that_is_not_there_says_nothing(tmp_path: Path) -> None:
    assert logwatch.read(tmp_path / "none") == ""
    assert logwatch.size(tmp_path / "none") == 0


def test_a_log_is_read_from_a_place_on(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("first start\n")
    before = logwatch.size(log)
    log.write_text("first start\nsecond start\n")
    assert logwatch.read(log, since=before) == "second start\n"
    assert logwatch.read(log) == "first start\nsecond start\n"


def test_half_a_character_is_no_error(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_bytes("grün".encode()[:-2])
    assert logwatch.read(log).startswith("gr")


def test_what_is_seen_ends_the_wait() -> None:
    clock = Clock()
    deadline = Deadline(10.0, "it", clock=clock)
    assert logwatch.wait_until(lambda: clock.now_s > 1, deadline=deadline, pause=clock.pause)
    assert clock.now_s < 2


def test_a_wait_has_an_end() -> None:
    clock = Clock()
    deadline = Deadline(10.0, "it", clock=clock)
    assert not logwatch.wait_until(lambda: False, deadline=deadline, pause=clock.pause)
    assert 10 <= clock.now_s < 11


def test_what_comes_last_moment_is_still_seen() -> None:
    assert logwatch.wait_until(lambda: True, deadline=Deadline(0.0, "it"), pause=lambda _s: None)
