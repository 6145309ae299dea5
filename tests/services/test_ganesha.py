"""Ganesha is told what /etc/exports says, or the line is refused."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from harness.errors import SiteError
from harness.services.nfs.ganesha_configuration import configuration
from harness.site import Site


def told(site: Site, exports: str) -> str:
    """Give the configuration for these exports."""
    site = replace(site, changes={"etc/exports": exports.encode()})
    return configuration(site, Path("/plugins"))


def test_what_is_not_said_has_the_defaults_of_exports(site: Site) -> None:
    text = told(site, "/srv/tftp host\n")
    client = text[text.index("CLIENT {") :]
    assert "Clients = host;" in client
    assert "Access_Type = RO;" in client
    assert "Squash = Root_Squash;" in client
    assert "PrivilegedPort = true;" in client


def test_nobody_but_the_clients_may_mount(site: Site) -> None:
    text = told(site, "/srv/tftp host\n")
    assert text.index("Access_Type = None;") < text.index("CLIENT {")


def test_what_is_said(site: Site) -> None:
    text = told(site, "/a 10.0.0.0/255.0.0.0(rw,all_squash,insecure,anonuid=65,fsid=3,sync)\n")
    for setting in (
        *("Clients = 10.0.0.0/8;", "Access_Type = RW;", "Squash = All_Squash;"),
        *("PrivilegedPort = false;", "Anonymous_Uid = 65;", 'Path = "/a";', 'Pseudo = "/a";'),
    ):
        assert setting in text


def test_an_export_keeps_its_number_whatever_is_beside_it(site: Site) -> None:
    alone = re.findall(r"Export_Id = (\d+);", told(site, "/b *(ro)\n"))
    beside = re.findall(r"Export_Id = (\d+);", told(site, "/a *\n/b *(ro)\n"))
    assert len(set(beside)) == 2
    assert alone == beside[1:]


@pytest.mark.parametrize(
    "line",
    [
        *("/a *(sec=krb5p)", "/a @staff(ro)", "/a gss/krb5(ro)", "/a *(fsid=0)"),
        *("/a *(refer=/b@host)", "/a *(mountpoint)", "/a *(anonuid=nobody)", "/a *(rw,typo)"),
    ],
)
def test_what_it_cannot_do_is_refused_with_the_line(site: Site, line: str) -> None:
    with pytest.raises(SiteError, match="nfs-ganesha cannot") as caught:
        told(site, f"# first\n{line}\n")
    assert caught.value.line == 2
