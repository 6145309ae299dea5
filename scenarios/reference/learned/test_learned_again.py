"""A site of any shape is learned the same again."""

from pathlib import Path

import pytest

from tools.blame.sites import SiteTrial, approved_in, sites

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("admitted_options")]


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.boots(approved_in(name))) for name in sites()]
)
def test_a_site_is_learned_the_same_again(name: str, tmp_path: Path) -> None:
    """Not a byte of any approved boot's text differs; machines that nobody approved may be more."""
    site = SiteTrial(name=name, work_dir=tmp_path)
    learned = site.learned_anew()
    assert {boot: learned.get(boot) for boot in site.approved} == site.approved
