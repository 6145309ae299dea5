"""Logs are read as far as they are, and waited for with an end in sight."""

import select
from pathlib import Path

import pytest

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


def ready(tail: logwatch.Tail) -> bool:
    """Whether the tail tells that there may be something."""
    return bool(select.select([tail], [], [], 0)[0])


def test_a_tail_tells_lines_that_are_new(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("before\n")
    with logwatch.Tail(log) as tail, log.open("a") as writer:
        assert not ready(tail)
        assert tail.lines() == ()
        writer.write("one\ntwo\nha")
        writer.flush()
        assert ready(tail)
        assert tail.lines() == ("one", "two")
        assert not ready(tail)
        writer.write("lf\n")
        writer.flush()
        assert ready(tail)
        assert tail.lines() == ("half",)


def test_a_tail_of_nothing_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), logwatch.Tail(tmp_path / "none"):
        pass
