"""The list of slips fits the reference site, and the page is made of it."""

import re
from pathlib import Path

import pytest

from harness.errors import SiteError, UsageError
from tools.mutants import page
from tools.mutants.run import SITE, Choice
from tools.mutants.slip import CATALOGUE, Slip, read_catalogue

SLIPS = read_catalogue(CATALOGUE).slips
LEAST = 100
KNOWN_TO_SURVIVE = 0.05
ROOM = "a room of another name"


def slip(**facts: str) -> Slip:
    """Make one."""
    return Slip(**{"file": "f", "what": "w", "old": "a", "new": "b", "names": "n", **facts})


def text_of(file: str) -> str:
    return (SITE / file).read_text(encoding="utf-8")


@pytest.mark.parametrize("each", SLIPS, ids=lambda each: each.key)
def test_a_slip_has_exactly_one_place(each: Slip) -> None:
    text = text_of(each.file)
    changed = each.applied(text)
    assert changed != text
    assert each.line(text) >= 1
    re.compile(each.names)


def test_there_are_enough_and_few_that_are_known_to_survive() -> None:
    survivors = [each for each in SLIPS if each.survives]
    assert len(SLIPS) >= LEAST
    assert len(survivors) / len(SLIPS) <= KNOWN_TO_SURVIVE


def test_no_two_are_alike() -> None:
    assert len({each.key for each in SLIPS}) == len({each.what for each in SLIPS}) == len(SLIPS)


def test_each_file_of_the_site_has_some() -> None:
    files = {str(path.relative_to(SITE)) for path in (SITE / "etc").rglob("*") if path.is_file()}
    files |= {str(path.relative_to(SITE)) for path in (SITE / "srv").rglob("*") if path.is_file()}
    # What installs a machine anew has scenarios of its own: no approved boot runs it.
    assert {each.file for each in SLIPS} == {
        each for each in files if not each.startswith("srv/tftp/reinstall/")
    }


@pytest.mark.parametrize("times", ["", "aa"])
def test_a_place_that_is_not_there_once_is_refused(times: str) -> None:
    with pytest.raises(SiteError, match="is there"):
        slip().applied(times)


def test_the_line_is_the_first_that_changes() -> None:
    assert slip(old="two\nthree", new="two\n3").line("one\ntwo\nthree\n") == 3


@pytest.mark.parametrize(
    "row",
    [
        'what = "w"\nold = "a"\nnew = "b"',
        'what = "w"\nold = "a"\nnew = "b"\nnames = "n"\nsurvives = "s"',
        'what = "w"\nold = "a"\nnames = "n"',
        'what = "w"\nold = "a"\nnew = "b"\nname = "n"',
    ],
)
def test_a_slip_that_is_not_told_whole_is_refused(row: str, tmp_path: Path) -> None:
    path = tmp_path / "list.toml"
    path.write_text(f'[["etc/f"]]\n{row}\n')
    with pytest.raises(UsageError, match="etc/f"):
        read_catalogue(path)


def test_the_edit_that_was_made_is_no_cause() -> None:
    said = "the menu is another; changed since it was approved: f:1 is 'n', and was 'a'"
    assert not slip(names="'n'").is_named_by(said)
    assert slip(names="menu").is_named_by(said)


def test_a_file_or_a_word_chooses() -> None:
    catalogue = read_catalogue(CATALOGUE)
    assert {each.file for each in Choice(only="radvd.conf").of(catalogue)} == {"etc/radvd.conf"}
    assert Choice(only=ROOM).of(catalogue) == []
    assert Choice(limit=3).of(catalogue) == list(SLIPS[:3])


def test_the_page_is_made_of_the_list() -> None:
    assert page.PAGE.read_text() == page.text(read_catalogue(CATALOGUE))
