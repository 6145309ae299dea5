"""Each site has its one mistake, in one place."""

import pytest

from tools.mutants.sites import SITES_DIR, SiteTrial

NAMES = sorted(path.name for path in SITES_DIR.iterdir() if path.is_dir())


@pytest.mark.parametrize("name", NAMES)
def test_a_site_has_one_mistake_in_one_place(name: str) -> None:
    site = SiteTrial(name=name, work_dir=SITES_DIR)
    assert len(site.bench.catalogue.slips) == 1
    text = (site.dir / site.slip.file).read_text(encoding="utf-8")
    assert site.slip.applied(text) != text
    assert site.slip.names
