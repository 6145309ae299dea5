"""exportfs is told what /etc/exports says, with what a lab's files need."""

import re
from dataclasses import replace

import pytest

from harness.errors import SiteError
from harness.services.nfs.exports import number
from harness.services.nfs.kernel import for_exportfs
from harness.site import Site

NUMBER = rf"-no_subtree_check,fsid={number('/a')}"


def told(site: Site, exports: str) -> str:
    """Give what exportfs reads for these exports."""
    return for_exportfs(replace(site, changes={"etc/exports": exports.encode()}))


@pytest.mark.parametrize(
    ("line", "is_told"),
    [
        ("/a *(ro)", f"/a {NUMBER} *(ro)"),
        ("/a  h(rw,sec=krb5)\t@staff(ro)", f"/a {NUMBER} h(rw,sec=krb5)\t@staff(ro)"),
        ("/a -ro,sync h1 h2(rw)", f"/a {NUMBER},ro,sync h1 h2(rw)"),
        ("/a *(fsid=0)", f"/a {NUMBER} *(fsid=0)"),
        ("/a *(ro,subtree_check)", f"/a {NUMBER} *(ro,no_subtree_check)"),
        ("/a *(no_subtree_check,ro)", f"/a {NUMBER} *(no_subtree_check,ro)"),
        ("/a \\\n  h(ro) # why", f"/a {NUMBER} h(ro)"),
        (r"/\141 *(ro)", rf"/\141 {NUMBER} *(ro)"),
        ('"/a" *(ro)', f'"/a" {NUMBER} *(ro)'),
    ],
)
def test_a_line_stays_as_it_is_behind_a_lab_s_defaults(site: Site, line: str, is_told: str) -> None:
    assert told(site, f"# first\n{line}\n") == f"{is_told}\n"


def test_an_export_keeps_its_number_whatever_is_beside_it(site: Site) -> None:
    alone = re.findall(r"fsid=(\d+)", told(site, "/b *(ro)\n"))
    beside = re.findall(r"fsid=(\d+)", told(site, "/a *\n/b *(ro)\n"))
    assert len(set(beside)) == 2
    assert alone == beside[1:]
    assert all(0 < int(each) < 2**31 for each in beside)


@pytest.mark.parametrize("text", ["", "# nothing\n", "a *(ro)\n", "/a\n", "/a *(ro\n"])
def test_what_is_no_export_is_refused(site: Site, text: str) -> None:
    with pytest.raises(SiteError):
        told(site, text)
