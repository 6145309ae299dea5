"""A run begins once and ends once, whatever is told of it afterwards."""

from harness.guest.life import Ending, Life


def test_first_ending_counts() -> None:
    """News of a crash may come before news of the stop that follows from it."""
    life = Life()
    told: list[Ending] = []
    life.on_stop(told.append)
    life.begin()
    life.end(Ending.CRASHED)
    life.end(Ending.OFF)
    assert life.ending is Ending.CRASHED
    assert told == [Ending.CRASHED]


def test_what_never_began_does_not_end() -> None:
    """Events of a machine that is off change nothing."""
    life = Life()
    life.end(Ending.LOST)
    assert life.ending is None
