"""The lists of faults fit the reference site and its scenarios, and the page has all of them."""

import re
import shutil
from pathlib import Path

import pytest

from harness.errors import SiteError, UsageError
from tools import marked
from tools.blame import page
from tools.blame.family import FAMILIES, SITE, Choice
from tools.blame.fault import Edit, Fault, Made, read_catalogue
from tools.blame.run import Pytest
from tools.blame.scenes import EVERY_TIER, means

SLIPS = FAMILIES["showmax"].catalogue.faults
CASES = FAMILIES["cases"].catalogue
STAGED = [fault for family in FAMILIES.values() for fault in family.catalogue.staged]
NOT_BY_A_VERDICT = (
    *("faults/nfs/test_read_only.py", "faults/nfs/test_stale.py"),
    "test_no_nginx.py::test_killed_is_red",
)
"""They assert what a person at the console sees, or that a lab ends with its daemon."""
LEAST = 100
KNOWN_TO_SURVIVE = 0.05
ROOM = "a room of another name"


def edit(old: str, new: str = "b") -> Edit:
    return Edit(file="f", old=old, new=new)


@pytest.mark.parametrize("each", SLIPS, ids=lambda each: each.key)
def test_a_slip_has_exactly_one_place(each: Fault) -> None:
    assert each.lines(SITE)
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
        edit("a").applied(times)


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


def test_a_file_or_a_word_chooses() -> None:
    assert {each.file for each in Choice(only="radvd.conf").of(SLIPS)} == {"etc/radvd.conf"}
    assert Choice(only=ROOM).of(SLIPS) == []
    assert Choice(limit=3).of(SLIPS) == [*SLIPS[:3]]


@pytest.mark.parametrize("each", CASES.edited, ids=lambda each: each.what)
def test_a_case_can_be_made_and_its_boot_is_there(each: Fault, tmp_path: Path) -> None:
    copy = tmp_path / "site"
    shutil.copytree(SITE, copy, symlinks=True)
    each.make(copy)
    assert bool(each.lines(SITE)) is bool(each.file)
    assert (SITE / "boots" / f"{each.path}.boot").is_file()


def test_a_link_and_a_file_are_made(tmp_path: Path) -> None:
    Made(file="srv/a", link="/opt/a").make(tmp_path)
    Made(file="srv/b", size=7).make(tmp_path)
    Made(file="srv/c", text="#!ipxe\n").make(tmp_path)
    assert (tmp_path / "srv/c").read_text() == "#!ipxe\n"
    assert (tmp_path / "srv/a").readlink() == Path("/opt/a")
    assert (tmp_path / "srv/b").read_bytes() == bytes(7)


def test_every_scenario_of_a_fault_is_listed(tmp_path: Path) -> None:
    places = [f"scenarios/reference/{each}" for each in ("faults", "honesty")]
    tests = Pytest(work_dir=tmp_path).ids(places, EVERY_TIER)
    assert [
        each
        for each in tests
        if not any(means(fault.scenario, each) for fault in STAGED)
        and not any(left_out in each for left_out in NOT_BY_A_VERDICT)
    ] == []
    left = [fault for fault in STAGED if not any(means(fault.scenario, each) for each in tests)]
    assert all("/faults/" not in fault.scenario for fault in left)


def test_the_page_has_every_family_and_mark() -> None:
    """Made by one command: whoever lists a fault runs it."""
    text = marked.made(page.PAGE, maker=page.MAKER)
    for family in FAMILIES.values():
        assert f"| {len(family.catalogue.faults)} {family.what} |" in text
