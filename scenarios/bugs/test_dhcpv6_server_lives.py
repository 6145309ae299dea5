"""The DHCPv6 server outlives what clients do to their leases.

dhcpd -6 of ISC 4.3 died of the first Release; the reference site's own file asks for 4.4.1. Nobody
boots here: a server that has died is one that the next machine in the rack does not hear.
"""

import pytest

from harness.lab import Lab
from harness.lab.dhcp6_client import dhcp6_clients
from harness.site import Site
from harness.witness.wire import DhcpKind

DHCPD = "etc/dhcp/dhcpd6.conf"
EXPIRES_S = 60.0
"""Longer than any lease here."""


@pytest.fixture
def site(site: Site) -> Site:
    """Lease two addresses, for seconds."""
    two = site.replaced(DHCPD, "2001:db8::1:0 2001:db8::1:ffff", "2001:db8::1:0 2001:db8::1:1")
    short = two.replaced(DHCPD, "preferred-lifetime 604800", "preferred-lifetime 4")
    return short.replaced(DHCPD, "default-lease-time 2592000", "default-lease-time 6")


def test_it_lives(lab: Lab) -> None:
    """It answers each word of a client's, and whoever comes next."""
    with dhcp6_clients(lab) as client:
        first = client(1)
        said = [first.ask(), first.renew(), first.rebind(), first.confirm(), first.inform()]
        said += [first.release(), first.renew(), first.release(), first.release()]
        second = client(2)
        said += [second.ask(), second.decline(), second.decline()]
        assert {each.kind for each in said} == {DhcpKind.REPLY}
        assert client(3).ask().address, "what was given back"
        assert client(4).ask().status == "NoAddrsAvail", "what was declined"
        assert client(4).ask_until_leased(timeout_s=EXPIRES_S).address, "what has expired"
    lab.service("dhcpd6").verify_alive()
