"""A lab of a site whose machines are behind a relay: who is where, and what passes."""

from collections.abc import Callable
from dataclasses import replace
from ipaddress import IPv4Interface

import pytest

from harness.compare.ask import ask
from harness.errors import SiteError
from harness.host import tools
from harness.lab import Lab, LabOptions
from harness.model import Family
from harness.services.registry import check_site
from harness.site import Site
from harness.site.server import Relay
from harness.witness.journal import RelayLogged
from harness.witness.wire import DhcpMessage

NEAR = IPv4Interface("198.51.100.1/24")
_GET = ("curl", "-s", "-m", "5", "http://192.0.2.1/script.ipxe")
MACHINE = """
touch /run/netns/machine
unshare --net=/run/netns/machine true
ip link add machine-port type veth peer name card netns machine
ip link set machine-port master lab-bridge up
ip -n machine addr add 198.51.100.77/24 dev card
ip -n machine link set card up
ip -n machine route add default via 198.51.100.1
"""


DHCPD, SUBNET = "etc/dhcp/dhcpd.conf", "subnet 192.0.2.0 netmask 255.255.255.0 {"
_ASK = ("busybox", "udhcpc", "-f", "-q", "-n", "-t", "3", "-i", "card", "-s", "/bin/true")


@pytest.fixture
def relayed(site: Site) -> Site:
    """Give the reference site, its machines behind a relay."""
    behind = replace(site.only(Family.IPV4), relay=Relay(ipv4=NEAR))
    other = f"{SUBNET} }} subnet 198.51.100.0 netmask 255.255.255.0 {{"
    behind = behind.replaced(DHCPD, SUBNET, other)
    behind = behind.replaced(DHCPD, "range 192.0.2.64 192.0.2.127", "range 198.51.100.64")
    return behind.replaced(DHCPD, "option routers 192.0.2.1", "option routers 198.51.100.1")


def as_machine(lab: Lab, *words: str) -> str:
    """Give what a command says on a machine in the machines' network."""
    inside = ["nsenter", "--net=/run/netns/machine", *words]
    return lab.namespace.run(inside, check=False, timeout_s=60).output


def test_the_machines_network_is_reached_through_it(
    daemons: None, relayed: Site, options: Callable[[str], LabOptions]
) -> None:
    tools.require("dhcrelay")
    with Lab(relayed, options("relay")) as lab:
        assert lab.network.ways_out() == ()
        lab.namespace.run(["sh", "-c", MACHINE])
        assert "#!ipxe" in as_machine(lab, *_GET)
        bridged = lab.namespace.run(["ip", "-brief", "link", "show", "master", "lab-bridge"]).output
        assert "lab-server" not in bridged
        lab.service("relay").verify_alive()


def test_who_answers_through_it_is_the_server(
    daemons: None, relayed: Site, options: Callable[[str], LabOptions]
) -> None:
    tools.require("dhcrelay")
    with Lab(relayed, options("leased")) as lab:
        lab.namespace.run(["sh", "-c", MACHINE])
        assert "lease of 198.51.100.64 obtained" in as_machine(lab, *_ASK)
        wire = lab.evidence.read_wire()
        granted = [each for each in wire.of(DhcpMessage) if each.kind.grants]
        assert {(each.server, each.address) for each in granted} == {("192.0.2.1", "198.51.100.64")}
        (mac,) = {each.client_mac for each in granted}
        assert {each.mac for each in lab.evidence.read_logs().of(RelayLogged)} == {mac}
        lab.service("relay").stop()
        assert "no lease" in as_machine(lab, *_ASK)


def test_servers_are_asked_as_it_asks(daemons: None, relayed: Site) -> None:
    rows = ask(relayed, machines=["stranger"])
    assert {row.relay for row in rows} == {str(NEAR.ip)}
    assert all(row.is_answered for row in rows)


@pytest.mark.parametrize(
    ("relay", "said"),
    [
        (Relay(ipv4=IPv4Interface("192.0.2.9/24")), "is the server's own: there is nothing to"),
        (Relay(ipv4=IPv4Interface("198.51.100.0/24")), "is not an address of a host"),
        (Relay(ipv4=NEAR, uplink=NEAR.ip), "is not another address in the server's network"),
    ],
)
def test_a_relay_that_cannot_be_is_refused(relayed: Site, relay: Relay, said: str) -> None:
    with pytest.raises(SiteError, match=said):
        check_site(replace(relayed, relay=relay))


def test_a_relay_passes_ipv4_alone(site: Site) -> None:
    with pytest.raises(SiteError, match="a relay passes IPv4 on, and no more"):
        check_site(replace(site, relay=Relay(ipv4=NEAR)))


def test_its_uplink_is_the_last_address_that_is_free() -> None:
    relay = Relay(ipv4=NEAR)
    assert str(relay.uplink_in(IPv4Interface("192.0.2.1/24"))) == "192.0.2.254/24"
    assert str(relay.uplink_in(IPv4Interface("192.0.2.254/24"))) == "192.0.2.253/24"
