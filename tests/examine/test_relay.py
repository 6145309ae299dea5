"""A DHCP server that does not serve the network behind a relay, or does not hear that, is told."""

from dataclasses import replace
from ipaddress import IPv4Interface, IPv6Interface

import pytest

from harness.examine import findings as all_findings
from harness.examine.relay import findings
from harness.services.registry import load_site
from harness.site.server import Relay
from tests.examine.conftest import FIXTURES

RELAY = Relay(ipv4=IPv4Interface("198.51.100.1/24"), ipv6=IPv6Interface("2001:db8:1::1/64"))


@pytest.mark.parametrize("name", ["showmax", "showmax-kea", "showmax-dnsmasq"])
def test_a_network_that_no_subnet_has(name: str) -> None:
    site = load_site(FIXTURES / name)
    assert not list(findings(site))
    told = [str(each) for each in findings(replace(site, relay=RELAY))]
    assert any("no subnet for 198.51.100.0/24, where the machines are, behind" in s for s in told)
    assert any("no subnet for 2001:db8:1::/64, where the machines are, behind" in s for s in told)


def test_a_network_of_its_own_need_not_be_served_behind_a_relay() -> None:
    path = "etc/kea/kea-dhcp4.conf"
    site = load_site(FIXTURES / "showmax-kea")
    moved = site.replaced(path, "192.0.2.0/24", "198.51.100.0/24")
    said = "the boot server's address, 192.0.2.1, is not in 198.51.100.0/24"
    assert [each for each in all_findings(moved) if said in each.what]
    assert not [e for e in all_findings(replace(moved, relay=RELAY)) if said in e.what]


def test_kea_hears_groups_alone_where_no_address_is_named() -> None:
    site = replace(load_site(FIXTURES / "showmax-kea"), relay=RELAY)
    (told,) = [str(each) for each in findings(site) if "groups alone" in each.what]
    assert told.startswith("etc/kea/kea-dhcp6.conf:5: warning: kea-dhcp6 hears groups alone")
    assert told.endswith(": add eth0/2001:db8::1")
    both = '[ "eth0", "eth0/2001:db8::1" ]'
    heard = site.replaced("etc/kea/kea-dhcp6.conf", '[ "eth0" ]', both)
    assert not [each for each in findings(heard) if "groups alone" in each.what]
