"""The list of the sites' mistakes: each in one place, some in every site."""

import re

import pytest

from tools.blame.fault import Fault, read_catalogue
from tools.blame.sites import MISTAKES, SITES_DIR, SiteTrial

NAMES = sorted(path.name for path in SITES_DIR.iterdir() if path.is_dir())
SLIPS = read_catalogue(MISTAKES).faults
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
