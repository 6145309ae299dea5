"""The list of the sites' mistakes: each in one place, some in every site."""

import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from tools.blame.family import FAMILIES
from tools.blame.fault import Fault, read_catalogue
from tools.blame.sites import MISTAKES, SITES_DIR, SiteTrial, site_of

NAMES = sorted(path.name for path in SITES_DIR.iterdir() if path.is_dir())
SLIPS = read_catalogue(MISTAKES).faults
SIBLINGS = FAMILIES["siblings"].catalogue.faults
LEAST = 5
KNOWN_TO_SURVIVE = 0.05


@pytest.mark.parametrize("each", SLIPS, ids=lambda each: each.key)
def test_a_mistake_has_exactly_one_place(each: Fault) -> None:
    assert each.lines(SITES_DIR)
    re.compile(each.names)


@pytest.mark.parametrize("name", NAMES)
def test_a_site_has_several_and_the_first_is_one_to_be_named(name: str) -> None:
    site = SiteTrial(name=name, work_dir=SITES_DIR)
    assert len(site.faults) >= LEAST
    assert site.faults[0].names


def test_no_two_are_alike_and_few_are_known_to_survive() -> None:
    assert len({(each.file, each.what) for each in SLIPS}) == len(SLIPS)
    assert sum(bool(each.survives) for each in SLIPS) / len(SLIPS) <= KNOWN_TO_SURVIVE


@pytest.mark.parametrize("name", sorted({site_of(each) for each in SIBLINGS}))
def test_a_sibling_is_made_and_shown_by_one_boot(name: str, tmp_path: Path) -> None:
    """On a site of fixtures/sites, or one by other servers beside the reference site."""
    site = SiteTrial(name=name, work_dir=tmp_path, list_path=FAMILIES["siblings"].list_path)
    assert site.faults
    for each in site.faults:
        copy = shutil.copytree(site.dir, tmp_path / each.key, symlinks=True)
        own = replace(each, file=each.file.removeprefix(f"{name}/"))
        own.make(copy)
        assert (copy / "boots" / f"{each.path}.boot").exists(), each.what
