"""A site of any shape is held to what it was learned as, and red where one line is wrong."""

from pathlib import Path

import pytest

from tools.blame.naming import Naming
from tools.blame.sites import SiteTrial, sites

QUICK = ("cluster",)
"""No menu: the one that an everyday run tries."""

pytestmark = pytest.mark.usefixtures("admitted_options")

each_site = pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=[] if name in QUICK else [pytest.mark.slow]) for name in sites()],
)


@each_site
def test_a_mistake_in_a_held_site_is_named(name: str, tmp_path: Path) -> None:
    """Held as it is; with one line changed a boot is red, and the first cause says by what."""
    site = SiteTrial(name=name, work_dir=tmp_path)
    (trial,) = site.tried(site.faults[:1])
    assert trial.seen_by
    assert trial.naming is Naming.FAULT, trial.said
