"""What `harness check` says first of a known mistake names the line that was changed."""

import shutil
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from harness.errors import SiteError
from harness.examine import findings
from harness.services.registry import check_site, load_site
from tools.blame.bench import without_line
from tools.blame.family import FAMILIES, SITE
from tools.blame.fault import Fault
from tools.blame.naming import Naming, Wrong
from tools.blame.sites import SITES_DIR, site_of

FAULTS = [
    *((SITE, each) for each in FAMILIES["showmax"].catalogue.faults),
    *((SITES_DIR / site_of(each), each) for each in FAMILIES["sites"].catalogue.faults),
]


REFUSED_FIRST = (
    *("a word of radvd misspelt", "a word of dnsmasq misspelt", "a flag of radvd's misspelt"),
    *("a class without its brace", "a quotation mark is not closed", "an else is lost"),
    *("typographic quotation marks", "the IPv4 server reads the IPv6 server's file"),
    "a module of lighttpd's misspelt",
)
"""Here nobody asks the daemons themselves, whose word comes first."""


def said_of(site_dir: Path) -> list[str]:
    try:
        site = load_site(site_dir)
        check_site(site)
    except SiteError as refusal:
        return [f"{refusal}".replace(f"{site_dir}/", "")]
    return [f"{each}" for each in findings(site)]


@cache
def said_anyway(site_dir: Path) -> frozenset[str]:
    return frozenset(map(without_line, said_of(site_dir)))


@pytest.mark.parametrize(("site_dir", "fault"), FAULTS, ids=lambda each: getattr(each, "key", ""))
def test_the_line_is_named(site_dir: Path, fault: Fault, tmp_path: Path) -> None:
    copy = shutil.copytree(site_dir, tmp_path / site_dir.name, symlinks=True)
    own = replace(fault, file=fault.file.removeprefix(f"{site_dir.name}/"))
    own.make(copy)
    new = [each for each in said_of(copy) if without_line(each) not in said_anyway(site_dir)]
    if new and fault.what not in REFUSED_FIRST:
        wrong = Wrong(lines=own.lines(site_dir), names=fault.names)
        assert wrong.naming(new[0]) is Naming.FAULT, new[0]
