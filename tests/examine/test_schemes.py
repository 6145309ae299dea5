"""A URL by a scheme that no server of the site gives files out by, or that iPXE does not know."""

import shutil
from pathlib import Path

import pytest

from harness.examine import findings
from harness.services.registry import load_site
from harness.site import Site
from tests.examine.conftest import FIXTURES, edited

DHCPD, DHCPD6, SCRIPT = "etc/dhcp/dhcpd.conf", "etc/dhcp/dhcpd6.conf", "srv/tftp/script.ipxe"
NO_FTP = "is FTP's, and the site has no FTP server; iPXE does not fetch by ftp unless it is built"


@pytest.mark.parametrize(
    ("path", "old", "new", "said"),
    [
        (DHCPD, "http://192.0.2.1/script", "ftp://192.0.2.1/script", NO_FTP),
        (DHCPD6, "http://[2001:db8::1]/script", "ftp://[2001:db8::1]/script", NO_FTP),
        (SCRIPT, "kernel showmax/", "kernel ftp://local-server/showmax/", NO_FTP),
        (SCRIPT, "initrd showmax/", "initrd ftp://${next-server}/showmax/", NO_FTP),
        (
            SCRIPT,
            "imgexec --autofree own ||",
            "chain smb://192.0.2.1/a",
            "iPXE does not fetch by smb",
        ),
        (SCRIPT, "kernel showmax/", "kernel scp://192.0.2.1/", "no loader fetches by scp"),
    ],
)
def test_nobody_gives_it_out(path: str, old: str, new: str, said: str, showmax: Site) -> None:
    site, line = edited(showmax, path, old, new)
    found = [each for each in findings(site) if each.place == f"{path}:{line}"]
    assert [said in each.what for each in found] == [True]
    if said == NO_FTP:
        assert "here are http:// (nginx) and tftp:// (tftpd)" in found[0].what


def test_nfs_is_given_out_where_it_is_served(showmax: Site) -> None:
    site, line = edited(showmax, SCRIPT, "kernel showmax/", "kernel nfs://192.0.2.1/srv/tftp/")
    assert findings(site) == ()
    site, _ = edited(site, "site.toml", ', "nfs"]', "]")
    shutil.rmtree(site.dir / "boots")
    (site.dir / "etc/exports").unlink()
    said = [each.what for each in findings(site) if each.place == f"{SCRIPT}:{line}"]
    assert "is NFS's, and the site has no NFS server; here are http" in said[0]


@pytest.mark.parametrize(
    ("daemons", "path", "old"),
    [
        ("kea", "etc/kea/kea-dhcp4.conf", "http://192.0.2.1/script.ipxe"),
        ("dnsmasq", "etc/dnsmasq.conf", "http://192.0.2.1/script.ipxe"),
    ],
)
def test_other_servers_are_read_likewise(daemons: str, path: str, old: str, tmp_path: Path) -> None:
    copy = shutil.copytree(FIXTURES / f"showmax-{daemons}", tmp_path / "site")
    site, line = edited(load_site(copy), path, old, old.replace("http", "ftp"))
    said = [each.what for each in findings(site) if each.place == f"{path}:{line}"]
    assert NO_FTP in said[0]


def test_another_server_may_have_any(showmax: Site) -> None:
    there = "kernel ftp://mirror.example/showmax/"
    site, _ = edited(showmax, SCRIPT, "kernel showmax/", there)
    assert not any("FTP server" in each.what for each in findings(site))
