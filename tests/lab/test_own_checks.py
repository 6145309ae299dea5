"""A daemon's own check of its files is part of `harness check`: it names file and line."""

import shutil
from pathlib import Path

import pytest

from harness.cli.check import check
from harness.errors import PrerequisiteError
from harness.lab import bare
from harness.lab.own_checks import refusals
from harness.services.registry import load_site
from harness.site import Site

SHOWMAX = Path(__file__).parents[2] / "fixtures" / "showmax"


@pytest.fixture
def site_dir(tmp_path: Path) -> Path:
    return shutil.copytree(SHOWMAX, tmp_path / "showmax")


def with_slip(site_dir: Path, path: str, old: str, new: str) -> Site:
    text = (site_dir / path).read_text()
    assert text.count(old) == 1
    (site_dir / path).write_text(text.replace(old, new))
    return load_site(site_dir)


def test_nothing_is_refused_of_a_clean_site(site_dir: Path) -> None:
    assert refusals(load_site(site_dir)) == ()


@pytest.mark.parametrize(
    ("path", "old", "new", "said"),
    [
        ("etc/dhcp/dhcpd.conf", "192.0.2.127;", "192.0.2.127", "dhcpd.conf:45: error: dhcpd4: ref"),
        ("etc/radvd.conf", "AdvOnLink on", "AdvOnlink on", "radvd.conf:16: error: radvd: refuses"),
        ("etc/nginx/nginx.conf", "sendfile on", "sendfile yes", 'value "yes" in "sendfile"'),
        ("etc/dnsmasq.conf", "host-record=", "host-records=", "dnsmasq.conf:11: error: dnsmasq: r"),
    ],
)
def test_a_refusal_names_file_and_line(
    site_dir: Path, path: str, old: str, new: str, said: str
) -> None:
    (refusal,) = refusals(with_slip(site_dir, path, old, new))
    assert said in str(refusal)
    assert "exit code" not in str(refusal)


def test_it_is_the_first_thing_that_check_says(site_dir: Path) -> None:
    with_slip(site_dir, "etc/dnsmasq.conf", "host-record=", "host-records=")
    said: list[str] = []
    assert check(site_dir, said.append) == 1
    assert said[0].startswith("etc/dnsmasq.conf:11: error: dnsmasq: refuses its configuration")
    assert any("nothing resolves local-server" in line for line in said[1:])


def test_check_says_that_a_host_lets_nobody_ask_them(
    site_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none(**_: object) -> None:
        raise PrerequisiteError("no namespaces here")

    monkeypatch.setattr(bare, "Namespace", none)
    said: list[str] = []
    assert check(site_dir, said.append) == 0
    assert said[0] == "the daemons' own checks were not made: no namespaces here"


def test_a_file_that_its_parser_gave_up_is_not_read_for_warnings(site_dir: Path) -> None:
    """`next-server` would take the words of the next line for names that nothing resolves."""
    old = 'if option user-class = "iPXE"'
    text = (site_dir / "etc/dhcp/dhcpd.conf").read_text()
    assert text.count(old) == 1
    broken = text.replace(old, f"next-server 192.0.2.1\n{old}")
    (site_dir / "etc/dhcp/dhcpd.conf").write_text(broken)
    said: list[str] = []
    assert check(site_dir, said.append) == 1
    assert [each for each in said if ": warning: " in each] == []
    assert "refuses its configuration" in said[0]
