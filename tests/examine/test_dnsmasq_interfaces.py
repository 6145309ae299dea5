"""That dnsmasq hears nobody where machines are is told; what it leaves out elsewhere is not."""

import shutil
from pathlib import Path

import pytest

from harness.examine import findings
from harness.services.registry import load_site
from harness.site import Site
from tests.examine.conftest import FIXTURES, edited

DNSMASQ = "etc/dnsmasq.conf"
DEAF = "and machines are on eth0: nobody there is answered"


@pytest.fixture
def alone(tmp_path: Path) -> Site:
    """Give the reference site by dnsmasq alone."""
    return load_site(shutil.copytree(FIXTURES / "showmax-dnsmasq", tmp_path / "alone"))


SLIPS = [
    ("except-interface=lo", "except-interface=eth0", "dnsmasq leaves eth0 out, whatever `interfa"),
    ("except-interface=lo", "except-interface=lo,eth*", DEAF),
    ("interface=eth0", "interface=lo", f"dnsmasq listens on lo alone, {DEAF}"),
    ("interface=eth0", "listen-address=127.0.0.1", f"dnsmasq listens on 127.0.0.1 alone, {DEAF}"),
    ("interface=eth0", "listen-address=127.0.0.1,192.0.2.9", DEAF),
]


@pytest.mark.parametrize(("old", "new", "said"), SLIPS)
def test_nobody_is_heard(old: str, new: str, said: str, alone: Site) -> None:
    site, line = edited(alone, DNSMASQ, old, new)
    found = findings(site)[0]
    assert said in found.what
    assert (found.place, found.is_error) == (f"{DNSMASQ}:{line}", True)


@pytest.mark.parametrize(("old", "new", "said"), SLIPS)
def test_a_dns_server_is_asked_where_dhcp_tells_of_it(
    old: str, new: str, said: str, showmax: Site
) -> None:
    site, _ = edited(showmax, DNSMASQ, old, new)
    (found,) = findings(site)
    assert said in found.what
    assert not found.is_error
    dhcpd, dhcpd6 = "etc/dhcp/dhcpd.conf", "etc/dhcp/dhcpd6.conf"
    site, _ = edited(site, dhcpd, "option domain-name-servers 192.0.2.1;", "")
    site, _ = edited(site, dhcpd6, "option dhcp6.name-servers 2001:db8::1;", "")
    assert not any(DEAF in each.what for each in findings(site))


@pytest.mark.parametrize(
    ("option", "said"),
    [
        ("no-dhcp-interface=eth0", "work as DHCPv4 server and DHCPv6 server and router and TFTP"),
        ("no-dhcp-interface=eth*", "on eth0, where machines are"),
        ("no-dhcpv6-interface=eth0", "does not work as DHCPv6 server and router on eth0, where"),
    ],
)
def test_no_addresses_are_given_there(option: str, said: str, alone: Site) -> None:
    site, line = edited(alone, DNSMASQ, "bind-interfaces", f"{option}\nbind-interfaces")
    (found,) = findings(site)
    assert said in found.what
    assert found.place == f"{DNSMASQ}:{line}"


@pytest.mark.parametrize(
    "new",
    [
        "except-interface=eth1",
        "except-interface=wl*",
        "no-dhcp-interface=lo",
        "listen-address=127.0.0.1,192.0.2.1",
        "listen-address=::",
        "listen-address=127.0.0.1",
    ],
)
def test_what_is_heard(new: str, alone: Site) -> None:
    site, _ = edited(alone, DNSMASQ, "except-interface=lo", new)  # beside `interface=eth0`
    assert findings(site) == ()


def test_who_only_answers_for_names_may_give_no_addresses(showmax: Site) -> None:
    site, _ = edited(showmax, DNSMASQ, "no-hosts", "no-hosts\nno-dhcp-interface=eth0")
    assert findings(site) == ()
