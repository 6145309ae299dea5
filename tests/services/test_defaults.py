"""Settings of /etc/default are read as the init scripts would see them, without a shell."""

from pathlib import Path

import pytest

from harness.errors import SiteError
from harness.services import defaults
from harness.site import Site


def test_the_reference_sites_settings(site: Site) -> None:
    tftpd = defaults.read(site, "etc/default/tftpd-hpa")
    assert tftpd["TFTP_ADDRESS"] == ":69"
    assert tftpd["TFTP_OPTIONS"] == "--secure --verbose"
    assert defaults.read(site, "etc/default/isc-dhcp-server")["INTERFACESv4"] == "eth0"


def test_a_site_without_the_file_has_no_settings(site: Site) -> None:
    assert defaults.read(site, "etc/default/nothing") == {}


@pytest.mark.parametrize(
    ("text", "settings"),
    [
        ("", {}),
        ("# A=1\n  # B=2", {}),
        ("A=1", {"A": "1"}),
        ("A=1 B=2; C=3", {"A": "1", "B": "2", "C": "3"}),
        ("A=1\nA=2\n", {"A": "2"}),
        ("export A=1", {"A": "1"}),
        ("A=", {"A": ""}),
        ('A=""', {"A": ""}),
        ("A='a \"b\" $c'", {"A": 'a "b" $c'}),
        ('A="a b"#c', {"A": "a b#c"}),
        ("A=b#c # d", {"A": "b#c"}),
        ('A="two\nlines"', {"A": "two\nlines"}),
        ("A=one\\\nline", {"A": "oneline"}),
        ('A="-a \\\n-b"', {"A": "-a -b"}),
        ("A=a\\ b", {"A": "a b"}),
        ("A=1\r\nB=2\r\n", {"A": "1", "B": "2"}),
    ],
)
def test_assignments(text: str, settings: dict[str, str]) -> None:
    assert defaults.parse(text, Path("f")) == settings


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("A=$B", 1),
        ('\n\nA="${B}"', 3),
        ("A=`ls`", 1),
        ("A=1\n. /etc/other", 2),
        ("if true; then A=1; fi", 1),
        ("A=1 && B=2", 1),
        ("A=$(touch /tmp/x)", 1),
        ("A='never ended", 1),
        ("A=1 | B", 1),
    ],
)
def test_more_than_an_assignment_is_refused_with_its_line(text: str, line: int) -> None:
    with pytest.raises(SiteError) as caught:
        defaults.parse(text, Path("f"))
    assert caught.value.line == line


def test_a_site_error_names_the_file_and_the_line(site: Site) -> None:
    changed = site.with_file("etc/default/tftpd-hpa", 'A=1\nB="$C"\n')
    with pytest.raises(SiteError, match=r"etc/default/tftpd-hpa:2: .* running shell"):
        defaults.read(changed, "etc/default/tftpd-hpa")
