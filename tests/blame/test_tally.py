"""What many faults come to: the goal, and what the page says."""

import pytest

from tools.blame import page
from tools.blame.fault import Fault
from tools.blame.naming import Wrong
from tools.blame.tally import Tally
from tools.blame.trial import Trial


def trial(said: str = "router (etc/f:3)", *, green: str = "", survives: str = "") -> Trial:
    """One that is in line 3 of etc/f, and that "router" names."""
    return Trial(
        fault=Fault(what=said, file="etc/f", names="router", green=green, survives=survives),
        wrong=Wrong(lines=frozenset({"etc/f:3"}), names="router"),
        seen_by="a" if said else "",
        causes=(said,) if said else (),
    )


NAMED, IN_WORDS, MISLED, UNSEEN = trial(), trial("router"), trial("router (etc/f:9)"), trial("")
GREEN, RED = trial("", green="it is right"), trial("router", green="it is right")


@pytest.mark.parametrize(
    ("trials", "passed"),
    [
        ([NAMED] * 19 + [UNSEEN], True),
        ([NAMED] * 18 + [UNSEEN] * 2, False),
        ([NAMED] * 19 + [IN_WORDS], True),
        ([NAMED] * 18 + [IN_WORDS] * 2, False),
        ([NAMED] * 99 + [MISLED], False),
        ([NAMED] * 10 + [GREEN] * 10, True),
        ([NAMED] * 18 + [RED] * 2, False),
    ],
)
def test_the_goal(trials: list[Trial], passed: bool) -> None:
    assert Tally(trials=trials).passed is passed


def test_what_is_not_well_is_told_and_all_is_counted() -> None:
    trials = [NAMED, IN_WORDS, MISLED, UNSEEN, GREEN, RED]
    said = [*Tally(trials=trials).summary(lambda each: each.fault.file)]
    assert [line.partition(":")[0] for line in said[:4]] == [
        "not by its line by a",
        "blames another by a",
        "not seen",
        "red, and is right",
    ]
    assert said[-1].split() == ["all", "6", "4", "0", "1", "1", "1"]


def test_the_page_lists_what_is_not_named_and_what_survives() -> None:
    survivor = trial("", survives="nobody looks")
    text = page.tables({"showmax": Tally(trials=[NAMED, MISLED, survivor])})
    assert "one-line mistakes in the reference site | 3 | 2 | - | 1 | - | 1 |" in text
    assert "| etc/f | 3 | 2 | - | 1 | - | 1 |" in text
    assert "| etc/f:3: router (etc/f:9) | blames another: router (etc/f:9) |" in text
    assert "| nobody looks |" in text
