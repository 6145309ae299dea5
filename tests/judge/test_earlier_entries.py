"""Entries that came back before a boot: what they fetched is allowed, and nothing more."""

from dataclasses import replace

import pytest

from harness.judge.boot import Boot
from harness.judge.earlier_entries import EarlierEntry, take_out
from harness.judge.facts import Word
from harness.judge.judgement import judge
from harness.model import EntryEnding
from harness.step import Fetch
from harness.witness.taken_path import TakenStep, taken_path
from harness.witness.wire import HttpExchange, Outcome
from tests.judge.recorded import MAC, record, showmax

SHELL = "efishell/efishell.efi"
KERNEL = "sysrescd/rescue64"
INITRD = "sysrescd/initram.igz"


def boot() -> Boot:
    """Give a boot of grml."""
    return record("green-picked-grml", entry="grml")


def steps_with(*files: tuple[str, int]) -> list[TakenStep]:
    """Give the boot's steps with more before its kernel: file, and HTTP status."""
    steps = list(taken_path(boot().wire, showmax(), MAC))
    kernel = steps[-2]
    return [*steps[:-2], *(fetched(kernel, *file) for file in files), *steps[-2:]]


def fetched(like: TakenStep, file: str, status: int) -> TakenStep:
    """Make the fetch of a file out of another's."""
    what, event = like.what, like.last
    assert isinstance(what, Fetch)
    assert isinstance(event, HttpExchange)
    outcome = Outcome.COMPLETE if status == 200 else Outcome.REFUSED
    return replace(
        like,
        what=replace(what, file=file),
        events=(replace(event, path=f"/{file}", status=status, outcome=outcome),),
        outcome=outcome,
    )


@pytest.mark.parametrize(
    ("ending", "files"),
    [
        (EntryEnding.MISSING, [(KERNEL, 404)]),
        (EntryEnding.REFUSED, [(KERNEL, 403)]),
        (EntryEnding.NO_PROGRAM, [(KERNEL, 200)]),
        (EntryEnding.CUT_SHORT, [(KERNEL, 200), (INITRD, 200)]),
    ],
)
def test_the_traces_of_a_failed_entry_are_taken_out(
    ending: EntryEnding, files: list[tuple[str, int]]
) -> None:
    visit = EarlierEntry(entry="sysrescd", ending=ending)
    rest, faults = take_out(steps_with(*files), [visit], boot().path, showmax())
    assert (list(rest), faults) == (steps_with(), ())


@pytest.mark.parametrize(
    ("ending", "files", "fault"),
    [
        (EntryEnding.MISSING, [(KERNEL, 200)], "should have answered 404"),
        (EntryEnding.REFUSED, [(KERNEL, 404)], "should have answered 403"),
        (EntryEnding.NO_PROGRAM, [(KERNEL, 404)], "it should have come"),
        (EntryEnding.CUT_SHORT, [(KERNEL, 200)], f"{INITRD} was not fetched"),
        (EntryEnding.CUT_SHORT, [(INITRD, 200), (KERNEL, 200)], f"{INITRD} was not fetched"),
        (EntryEnding.MISSING, [], f"{KERNEL} was not fetched over HTTP in its turn"),
    ],
)
def test_another_ending_than_was_asserted_is_a_fault(
    ending: EntryEnding, files: list[tuple[str, int]], fault: str
) -> None:
    visit = EarlierEntry(entry="sysrescd", ending=ending)
    _, faults = take_out(steps_with(*files), [visit], boot().path, showmax())
    assert len(faults) == 1
    assert fault in faults[0]


def test_what_belongs_to_no_visit_stays() -> None:
    steps = steps_with((SHELL, 200), (KERNEL, 404))
    visit = EarlierEntry(entry="efishell", ending=EntryEnding.RETURNED)
    rest, faults = take_out(steps, [visit], boot().path, showmax())
    assert (list(rest), faults) == (steps_with((KERNEL, 404)), ())


def test_visits_are_taken_in_their_order() -> None:
    shell = EarlierEntry(entry="efishell", ending=EntryEnding.RETURNED)
    failed = EarlierEntry(entry="sysrescd", ending=EntryEnding.MISSING)
    steps = steps_with((SHELL, 200), (KERNEL, 404))
    assert take_out(steps, [shell, failed], boot().path, showmax())[1] == ()
    assert len(take_out(steps, [failed, shell], boot().path, showmax())[1]) == 1


def judged(recorded: Boot, *earlier: EarlierEntry) -> tuple[str, ...]:
    """Give what speaks against a boot of grml after these entries."""
    return judge(replace(recorded, earlier=earlier)).causes


def test_a_visit_that_left_no_trace_makes_a_boot_red() -> None:
    assert judged(boot(), EarlierEntry(entry="efishell", ending=EntryEnding.RETURNED)) == (
        f"entry efishell: {SHELL} was not fetched over HTTP in its turn",
    )


def test_a_real_boot_after_an_entry_that_failed_is_green_as_such_only() -> None:
    real = record("green-after-failed", entry="grml")
    failed = EarlierEntry(entry="sysrescd", ending=EntryEnding.MISSING)
    assert judged(real, failed) == ()
    assert any("404" in cause for cause in judged(real))
    assert any(
        "403" in cause for cause in judged(real, replace(failed, ending=EntryEnding.REFUSED))
    )
    assert any("in its turn" in cause for cause in judged(real, failed, failed))


def test_the_consoles_word_can_turn_a_verdict() -> None:
    green = judge(boot())
    right = replace(boot(), word=Word(text="a shell"))
    assert judge(right).headline == f"{green.headline} → a shell"
    wrong = Word(text="a shell, on another machine", faults=("it is another machine's",))
    assert judge(replace(boot(), word=wrong)).headline == "red: it is another machine's"
