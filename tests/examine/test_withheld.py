"""What dnsmasq keeps back of names that others know is told where machines have nothing else."""

import shutil
from pathlib import Path

import pytest

from harness.examine import findings
from harness.services.registry import load_site
from harness.site import Site
from tests.examine.conftest import FIXTURES, edited

DNSMASQ = "etc/dnsmasq.conf"


@pytest.fixture
def catalogue(tmp_path: Path) -> Site:
    """Give a site of IPv4 alone, whose menu fetches from mirrors."""
    return load_site(shutil.copytree(FIXTURES / "sites/catalogue", tmp_path / "catalogue"))


@pytest.mark.parametrize("option", ["filter-A", "filter-rr=TXT,A"])
def test_nobody_is_told_the_mirrors_address(option: str, catalogue: Site) -> None:
    """Seen of dnsmasq 2.90 that forwards; what its own files have, it tells."""
    site, line = edited(catalogue, DNSMASQ, "no-hosts", option)
    found = [str(each) for each in findings(site)]
    said = f"{DNSMASQ}:{line}: warning: dnsmasq keeps back what others tell it of "
    assert [each.removeprefix(said).partition(",")[0] for each in found] == [
        "mirror.uni-hagenau.example",
        "boot.elsewhere.example",
    ]


@pytest.mark.parametrize("option", ["filter-AAAA", "filter-rr=ANY", "filter-rr=TXT"])
def test_another_family_may_be_kept_back(option: str, catalogue: Site) -> None:
    site, _ = edited(catalogue, DNSMASQ, "no-hosts", option)
    assert findings(site) == ()


def test_what_its_own_files_have_is_told(showmax: Site) -> None:
    site, _ = edited(showmax, DNSMASQ, "no-hosts", "no-hosts\nfilter-A\nfilter-AAAA")
    assert findings(site) == ()
