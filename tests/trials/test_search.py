"""The first bad one is found, as surely as boots allow, and no end is taken on trust."""

from collections.abc import Callable, Iterator
from itertools import cycle
from pathlib import Path

import pytest

from harness.errors import UsageError
from harness.trials.certainty import (
    CERTAIN,
    Counts,
    are_apart,
    likely_apart,
    likely_bad,
    percent,
)
from harness.trials.releases import Releases
from harness.trials.search import Search
from harness.trials.trial import Side, Trial

WORDS = tuple("abcdefghi")
GOOD, BAD = "green", "red"


def searched(runs: Callable[[str], str], words: tuple[str, ...] = WORDS) -> tuple[Search, Releases]:
    """Search these, of which a run is green, red, or tells nothing."""

    def run(word: str) -> Trial:
        return Trial(side=Side(runs(word)), why=f"why {word}", bundle=Path(word))

    said: list[str] = []
    search = Search(run=run, title=str, say=said.append)
    search.prove(words[0], words[-1])
    walk = Releases(words)
    search.first_bad(walk)
    return search, walk


@pytest.mark.parametrize("first", WORDS[1:])
def test_it_finds_each(first: str) -> None:
    search, walk = searched(lambda word: BAD if word >= first else GOOD)
    assert (walk.bad, walk.good) == (first, WORDS[WORDS.index(first) - 1])
    assert walk.between == ()
    assert all(search.seen[word].last for word in (walk.good, walk.bad))


def test_a_flaky_bad_side_is_run_until_it_is_certain() -> None:
    """Red every second time: a single green is no proof, and costs no wrong answer."""
    turns: Iterator[str] = cycle((GOOD, BAD))
    search, walk = searched(lambda word: next(turns) if word >= "f" else GOOD)
    assert walk.bad == "f"
    assert search.seen["f"].certain >= CERTAIN
    assert search.seen["e"].counts.runs > search.seen["a"].counts.runs // 2


def test_what_cannot_be_told_is_passed_over_and_named() -> None:
    _, walk = searched(lambda word: {"e": "cannot tell"}.get(word, BAD if word >= "e" else GOOD))
    assert (walk.good, walk.between, walk.bad) == ("d", ("e",), "f")


def test_ends_are_proven_first() -> None:
    with pytest.raises(UsageError, match="a is said to be good, and is red: why a"):
        searched(lambda _: BAD)
    with pytest.raises(UsageError, match="i is said to be bad, and is green"):
        searched(lambda _: GOOD)
    with pytest.raises(UsageError, match="it says nothing of a: why a"):
        searched(lambda _: "cannot tell")


def test_ends_that_differ_in_nothing_are_refused() -> None:
    turns = cycle((GOOD, BAD))
    with pytest.raises(UsageError, match=r"cannot be told apart: \d of 12 red, \d of 12 red"):
        searched(lambda _: next(turns))


def test_one_run_is_no_proof() -> None:
    good, bad = Counts(green=2), Counts(red=2)
    assert are_apart(good, bad)
    assert likely_bad(Counts(red=1), good=good, bad=bad) == pytest.approx(0.75)
    assert likely_bad(Counts(red=3), good=good, bad=bad) >= CERTAIN
    assert likely_bad(Counts(green=3), good=good, bad=bad) <= 1 - CERTAIN


def test_ends_have_to_differ_by_more_than_chance() -> None:
    """One red of two, and none of two: a coin does that every fourth time."""
    assert likely_apart(Counts(green=2), Counts(red=2)) == pytest.approx(0.95)
    assert likely_apart(Counts(green=2), Counts(red=1, green=1)) == pytest.approx(0.80)
    assert likely_apart(Counts(red=3, green=3), Counts(red=3, green=3)) == pytest.approx(0.5)
    assert not are_apart(Counts(green=2), Counts(red=1, green=1))
    assert are_apart(Counts(green=6), Counts(red=3, green=3))


def test_what_is_found_is_as_certain_as_all_that_it_rests_on() -> None:
    """Both sides have to be what they were taken for, and the ends to differ."""
    search, walk = searched(lambda word: BAD if word >= "f" else GOOD)
    sides = search.seen[walk.good].certain, search.seen[walk.bad].certain
    assert search.certain(walk) < min(sides)
    assert search.certain(walk) == pytest.approx(search.apart * sides[0] * sides[1])


def test_ends_side_by_side_are_as_certain_as_their_difference() -> None:
    search, walk = searched(lambda word: BAD if word == "b" else GOOD, ("a", "b"))
    assert search.certain(walk) == pytest.approx(likely_apart(Counts(green=2), Counts(red=2)))


def test_nothing_is_certain_wholly() -> None:
    assert [percent(each) for each in (0.88, 0.951, 0.9999)] == ["88%", "95%", "over 99%"]
