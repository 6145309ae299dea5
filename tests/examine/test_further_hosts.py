"""What is looked at where a site has other hosts: who is one of its own, and who listens there."""

import shutil
from pathlib import Path

import pytest

from harness.examine import findings
from harness.services.registry import load_site
from tests.examine.conftest import FIXTURES, edited


@pytest.fixture
def threefold(tmp_path: Path) -> Path:
    """Give a copy of a site with TFTP on one other host, and HTTP on another."""
    return shutil.copytree(FIXTURES / "sites/threefold", tmp_path / "threefold")


@pytest.fixture
def pair(tmp_path: Path) -> Path:
    """Give a copy of a site whose two DHCP servers share a pool."""
    return shutil.copytree(FIXTURES / "sites/pair", tmp_path / "pair")


def said(directory: Path, path: str, old: str, new: str) -> list[str]:
    changed, _ = edited(load_site(directory), path, old, new)
    return [str(each) for each in findings(changed)]


@pytest.mark.parametrize("name", ["threefold", "pair"])
def test_a_right_one_has_no_finding(name: str) -> None:
    assert findings(load_site(FIXTURES / "sites" / name)) == ()


def test_nobodys_address_is_told_at_its_line(threefold: Path) -> None:
    found = said(
        threefold, "etc/dhcp/dhcpd.conf", "next-server 10.40.8.11", "next-server 10.40.8.9"
    )
    assert found[0].startswith(
        "etc/dhcp/dhcpd.conf:8: warning: 10.40.8.9 is not a host of the site's, which are "
    )
    assert "[hosts]" in found[0]


def test_a_url_at_a_host_without_web_server_is_an_error(threefold: Path) -> None:
    old, new = "http://10.40.8.12/boot.ipxe", "http://10.40.8.11/boot.ipxe"
    found = said(threefold, "etc/dhcp/dhcpd.conf", old, new)
    assert found[0] == (
        "etc/dhcp/dhcpd.conf:10: error: 'http://10.40.8.11/boot.ipxe': no web server is on "
        "10.40.8.11: nginx on web1 is 10.40.8.12 and fd00:40:8::12"
    )


def test_a_daemon_that_a_hosts_files_set_up_and_its_table_leaves_out(threefold: Path) -> None:
    shutil.copytree(threefold / "hosts/web1/etc/nginx", threefold / "hosts/tftp1/etc/nginx")
    toml = '[hosts.tftp1]\ndaemons = ["tftpd"]'
    found = said(threefold, "site.toml", "[hosts.tftp1]", toml)
    line = (threefold / "site.toml").read_text().splitlines().index('daemons = ["tftpd"]') + 1
    place = "hosts/tftp1/etc/nginx/sites-enabled/boot:2"
    assert f"site.toml:{line}: warning: {place} sets nginx up, and `daemons` leaves it out" in found


FAULTS = {
    "unknown": ('peer "lan"', 'peer "van"', "does not know this relationship: it has van"),
    "port": (
        "  port 647;\n  peer address 10.50.3.2;\n  peer port 647",
        "  port 648;\n  peer address 10.50.3.2;\n  peer port 649",
        "looked for on port 647, and listens on 648",
    ),
    "address": ("  address 10.50.3.3", "  address 10.50.3.4", "listens at 10.50.3.4"),
    "role": ("secondary;", "primary; mclt 600;", "is primary, too"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_peer_that_has_it_otherwise_is_named_at_both_lines(pair: Path, fault: str) -> None:
    old, new, words = FAULTS[fault]
    found = said(pair, "hosts/dhcp2/etc/dhcp/dhcpd.conf", old, new)
    first = next(
        each for each in found if each.startswith("etc/dhcp/dhcpd.conf:6: error: failover")
    )
    assert words in first
    assert "hosts/dhcp2/etc/dhcp/dhcpd.conf:6" in first


def test_a_peer_that_is_no_host_of_the_sites_is_left_out(pair: Path) -> None:
    found = said(pair, "etc/dhcp/dhcpd.conf", "peer address 10.50.3.3", "peer address 10.50.3.9")
    assert any("the failover peer lan is another machine: a lab leaves it out" in e for e in found)


def test_what_a_second_dhcp_server_is_told_is_read_as_well(pair: Path) -> None:
    path = "hosts/dhcp2/etc/dhcp/dhcpd.conf"
    found = said(pair, path, 'user-class = "iPXE"', 'user-class = "ipxe"')
    line = next(
        n for n, text in enumerate((pair / path).read_text().splitlines(), 1) if '"ipxe"' in text
    )
    assert [each for each in found if each.startswith(f"{path}:{line}: ")]
