"""Web servers' rules by which nobody gets a file, or reaches them, are told at their lines."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from harness.examine import findings
from harness.services.registry import load_site
from tools.blame.family import FAMILIES
from tools.blame.family import SITE as SHOWMAX
from tools.blame.fault import Fault

SERVERS = {each.what: each for each in FAMILIES["servers"].catalogue.faults}


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("nobody is granted the directory", "refuses by `Require all denied` in <Directory /srv"),
        (
            "the section of another directory",
            "which Debian has, 'http://192.0.2.1/script.ipxe', which etc/dhcp/dhcpd.conf:23 hands",
        ),
        (
            "another port",
            "boot.conf:1: <VirtualHost *:8080> says nothing without its port's Listen",
        ),
        (
            "one address of the server's alone, of IPv6",
            "listens on [2001:db8::1]:80 alone (etc/apa",
        ),
        ("a password is asked for, apache2", "refuses by `Require valid-user` in <Directory /srv"),
        ("a password is asked for, lighttpd", "refuses by `auth.require = "),
        ("scripts are denied", "lighttpd refuses by `url.access-deny = "),
        ("the directory of the package's own", "which atftpd gives out (etc/default/atftpd:2)"),
        ("an option misspelt, atftpd", "'--maxthreads' is not an option of atftpd's"),
    ],
)
def test_a_slip_is_told(what: str, said: str, tmp_path: Path) -> None:
    site_dir = shutil.copytree(SHOWMAX, tmp_path / "site", symlinks=True)
    fault = replace(SERVERS[what], file=SERVERS[what].file.partition("/")[2])
    lines = fault.lines(site_dir)
    fault.make(site_dir)
    first = str(findings(load_site(site_dir))[0])
    assert said in first
    assert any(line in first for line in lines)


def test_a_variant_is_right_by_itself(tmp_path: Path) -> None:
    for name in ("apache2", "lighttpd", "atftpd", "proxy"):
        site_dir = shutil.copytree(SHOWMAX, tmp_path / name, symlinks=True)
        fault = next(each for each in SERVERS.values() if variant_of(each) == name)
        replace(fault, file="").make(site_dir)
        assert findings(load_site(site_dir)) == ()


def variant_of(fault: Fault) -> str:
    """Give the server of whose a fault is, where it is another than the site's own."""
    made = {Path(each.file).name: each for each in fault.made}
    by = {"boot.conf": "apache2", "lighttpd.conf": "lighttpd", "atftpd": "atftpd"}
    return next((server for file, server in by.items() if file in made), "proxy" if made else "")
