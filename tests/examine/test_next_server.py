"""A next-server by a name: who tells it looks it up itself, and leaves it out where it cannot."""

import shutil
from pathlib import Path

import pytest

from harness.examine import findings
from harness.services.registry import load_site
from harness.site import Site
from tests.examine.conftest import FIXTURES, edited

DHCPD, DNSMASQ, HOSTS = "etc/dhcp/dhcpd.conf", "etc/dnsmasq.conf", "etc/hosts"
IN_NONE = "dnsmasq looks bootserver up in its hosts files and `host-record`, and has it in none"


@pytest.fixture
def by_dnsmasq(tmp_path: Path) -> Site:
    """Give the reference site by dnsmasq, with a name for the last next-server."""
    site = load_site(shutil.copytree(FIXTURES / "showmax-dnsmasq", tmp_path / "by-dnsmasq"))
    return edited(site, DNSMASQ, "undionly.kpxe,,192.0.2.1", "undionly.kpxe,,bootserver")[0]


@pytest.mark.parametrize(
    ("hosts", "said"),
    [
        ("", "nothing resolves bootserver: dnsmasq does not know it"),
        ("192.0.2.1 other", "nothing resolves bootserver"),
        (
            "127.0.1.1 bootserver",
            f"bootserver is 127.0.1.1 here ({HOSTS}:1), which is not the boot",
        ),
        ("192.0.2.1 boot bootserver # of DHCP", ""),
        ("192.0.2.1 BootServer\n2001:db8::1 bootserver", ""),
    ],
)
def test_dhcpd_asks_its_host(hosts: str, said: str, showmax: Site) -> None:
    (showmax.dir / HOSTS).write_text(hosts)
    site, line = edited(showmax, DHCPD, "next-server 192.0.2.1", "next-server bootserver")
    found = [str(each) for each in findings(site)]
    assert [f"{DHCPD}:{line}: warning: {said}" in each for each in found] == [True][: bool(said)]


def test_a_name_of_the_hosts_own_is_known(showmax: Site) -> None:
    site, _ = edited(showmax, DHCPD, "next-server 192.0.2.1", "next-server local-server")
    assert findings(site) == ()


@pytest.mark.parametrize(
    ("option", "said"),
    [
        ("no-hosts", "nothing resolves bootserver: dnsmasq does not know it"),
        ("no-hosts\naddress=/bootserver/192.0.2.1", IN_NONE),
        ("no-hosts\ncname=bootserver,local-server", IN_NONE),
        ("no-hosts\nhost-record=bootserver,2001:db8::1", "bootserver has no IPv4 address here"),
        ("no-hosts\nhost-record=bootserver,192.0.2.1", ""),
    ],
)
def test_dnsmasq_knows_what_it_has_as_hosts(option: str, said: str, by_dnsmasq: Site) -> None:
    """Seen of dnsmasq 2.90: it answers for the others, and tells none of them by DHCP."""
    site, _ = edited(by_dnsmasq, DNSMASQ, "no-hosts", option)
    found = [str(each) for each in findings(site)]
    assert [each.startswith(f"{DNSMASQ}:") and said in each for each in found][:1] == (
        [True] if said else []
    )


@pytest.mark.parametrize(("no_hosts", "is_known"), [("no-hosts", False), ("", True)])
def test_dnsmasq_reads_the_hosts_file(no_hosts: str, *, is_known: bool, by_dnsmasq: Site) -> None:
    (by_dnsmasq.dir / HOSTS).write_text("192.0.2.1 bootserver\n")
    site, _ = edited(by_dnsmasq, DNSMASQ, "no-hosts", no_hosts)
    assert [IN_NONE in each.what for each in findings(site)] == ([] if is_known else [True])


def test_another_name_has_the_addresses_of_the_first(showmax: Site) -> None:
    site, _ = edited(showmax, DNSMASQ, "no-hosts", "no-hosts\ncname=boot,local-server")
    site, _ = edited(site, "srv/tftp/script.ipxe", "kernel showmax/", "kernel http://boot/showmax/")
    assert findings(site) == ()
