"""A lab of a site whose machines are behind a relay: who is where, and what passes."""

from collections.abc import Callable
from dataclasses import replace
from ipaddress import IPv4Interface, IPv6Interface

import pytest

from harness import logwatch
from harness.compare.ask import ask
from harness.deadline import Deadline
from harness.errors import ServiceError, SiteError
from harness.host import tools
from harness.lab import Lab, LabOptions
from harness.model import Family, Role, machine_uuid
from harness.services.registry import check_site
from harness.site import Site
from harness.site.server import Relay
from harness.witness.eui64 import link_local
from harness.witness.journal import RelayLogged
from harness.witness.wire import DhcpKind, DhcpMessage, RouterAdvertisement
from harness.witness.wire.question import Question

NEAR = IPv4Interface("198.51.100.1/24")
NEAR6 = IPv6Interface("2001:db8:1::1/64")
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
        wire = lab.wire()
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


def test_a_relay_passes_what_both_networks_have(site: Site) -> None:
    with pytest.raises(SiteError, match=r"\[server\] has an IPv6 address, and \[relay\] has none"):
        check_site(replace(site, relay=Relay(ipv4=NEAR)))
    with pytest.raises(SiteError, match=r"\[relay\] has an IPv6 address, and \[server\] has none"):
        check_site(replace(site.only(Family.IPV4), relay=Relay(ipv4=NEAR, ipv6=NEAR6)))
    with pytest.raises(SiteError, match="the relay has no address in the machines' network"):
        check_site(replace(site, relay=Relay()))


def test_its_uplink_is_the_last_address_that_is_free() -> None:
    relay = Relay(ipv4=NEAR)
    assert str(relay.uplink_in(IPv4Interface("192.0.2.1/24"))) == "192.0.2.254/24"
    assert str(relay.uplink_in(IPv4Interface("192.0.2.254/24"))) == "192.0.2.253/24"
    last = "2001:db8::ffff:ffff:ffff:fffe/64"
    assert str(relay.uplink_in(IPv6Interface("2001:db8::1/64"))) == last


DHCPD6, SUBNET6 = "etc/dhcp/dhcpd6.conf", "subnet6 2001:db8::/64 {"
SOLICITS = Question(
    family=Family.IPV6,
    mac="52:54:00:00:00:77",
    uuid=machine_uuid("52:54:00:00:00:77"),
    xid=0x77,
    client_arch=16,
    vendor_class="HTTPClient",
)
_SEND = """
import socket, sys
with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0) as card:
    card.bind(("card", 0))
    card.send(bytes.fromhex(sys.argv[1]))
"""
_GET6 = ("curl", "-s", "-m", "5", "http://[2001:db8::1]/script.ipxe")
MACHINE6 = """
touch /run/netns/machine
unshare --net=/run/netns/machine true
ip link add machine-port type veth peer name card address 52:54:00:00:00:77 netns machine
ip link set machine-port master lab-bridge up
ip -n machine addr add 2001:db8:1::77/64 dev card nodad
ip -n machine link set card addrgenmode none
ip -n machine addr add fe80::5054:ff:fe00:77/64 dev card nodad
ip -n machine link set card up
ip -n machine route add default via fe80::5054:ff:fe00:3 dev card
"""


@pytest.fixture
def relayed6(site: Site) -> Site:
    """Give the reference site over IPv6 alone, its machines behind a relay."""
    behind = replace(site.only(Family.IPV6), relay=Relay(ipv6=NEAR6))
    behind = behind.replaced(DHCPD6, SUBNET6, f"{SUBNET6} }} subnet6 2001:db8:1::/64 {{")
    return behind.replaced(
        DHCPD6, "range6 2001:db8::1:0 2001:db8::1:ffff", "range6 2001:db8:1::1:0 2001:db8:1::1:0"
    )


def solicit(lab: Lab, xid: int) -> list[DhcpMessage]:
    """Let the machine ask for a DHCPv6 server, and give the servers' answers on its wire."""
    asked = replace(SOLICITS, xid=xid).frame(server_mac="", relay_mac="").hex()
    as_machine(lab, "python3", "-I", "-S", "-c", _SEND, asked)
    answers: list[DhcpMessage] = []

    def is_answered() -> bool:
        messages = lab.evidence.read_wire().of(DhcpMessage, mac=SOLICITS.mac)
        answers[:] = [each for each in messages if each.kind.from_server and each.xid == xid]
        return bool(answers)

    logwatch.wait_until(is_answered, deadline=Deadline(3.0, "an answer"), pause=logwatch.pause)
    return answers


def advertisements(lab: Lab) -> list[RouterAdvertisement]:
    """Wait for a router's advertisement on the machines' wire."""
    found: list[RouterAdvertisement] = []

    def is_heard() -> bool:
        found[:] = lab.evidence.read_wire().of(RouterAdvertisement)
        return bool(found)

    logwatch.wait_until(is_heard, deadline=Deadline(20.0, "a router"), pause=logwatch.pause)
    return found


def test_over_ipv6_all_passes_it_and_it_advertises_itself(
    daemons: None, relayed6: Site, options: Callable[[str], LabOptions]
) -> None:
    tools.require("dhcrelay")
    with Lab(relayed6, options("relay6")) as lab:
        lab.namespace.run(["sh", "-c", MACHINE6])
        assert "#!ipxe" in as_machine(lab, *_GET6)
        (answer,) = solicit(lab, 0x77)
        assert (answer.kind, answer.address) == (DhcpKind.ADVERTISE, "2001:db8:1::1:0")
        assert answer.bootfile == "http://[2001:db8::1]/ipxe.efi"
        (passed,) = lab.evidence.read_logs().of(RelayLogged)
        assert passed.client == link_local(SOLICITS.mac)
        advertised = advertisements(lab)
        assert {(each.managed, bool(each.lifetime_s)) for each in advertised} == {(True, True)}
        assert {str(p.prefix) for each in advertised for p in each.prefixes} == {"2001:db8:1::/64"}
        lab.service("relay6").stop()
        assert solicit(lab, 0x78) == []


def test_the_routers_own_file_is_told_to_machines(
    daemons: None, relayed6: Site, options: Callable[[str], LabOptions]
) -> None:
    tools.require("dhcrelay")
    own = "interface lan0 { AdvSendAdvert on; prefix 2001:db8:1::/64 { }; };"
    relay = replace(Relay(ipv6=NEAR6), advertisements="router/radvd.conf")
    own_site = replace(relayed6, relay=relay).with_file("router/radvd.conf", own)
    router = own_site.daemon_facts.by_role(Role.RA)
    assert router is not None
    assert router.files == ("router/radvd.conf",)
    with Lab(own_site, options("own")) as lab:
        lab.namespace.run(["sh", "-c", MACHINE6])
        assert "#!ipxe" in as_machine(lab, *_GET6)
        advertised = advertisements(lab)
        assert {each.managed for each in advertised} == {False}
        assert {each.server_mac for each in advertised} == {"52:54:00:00:00:03"}


def test_what_radvd_refuses_of_it_has_its_line(
    daemons: None, relayed6: Site, options: Callable[[str], LabOptions]
) -> None:
    tools.require("dhcrelay")
    relay = replace(Relay(ipv6=NEAR6), advertisements="router/radvd.conf")
    site = replace(relayed6, relay=relay).with_file(
        "router/radvd.conf", "interface lan0 {\n Adv;\n"
    )
    with pytest.raises(ServiceError, match=r"/router/radvd\.conf"), Lab(site, options("no")):
        pass


def test_a_file_that_is_not_there_is_missed(relayed6: Site) -> None:
    relay = replace(Relay(ipv6=NEAR6), advertisements="router/radvd.conf")
    with pytest.raises(SiteError, match="the relay is to advertise by this file, and it is not"):
        check_site(replace(relayed6, relay=relay))


@pytest.mark.parametrize(
    ("relay", "said"),
    [
        (Relay(ipv6=IPv6Interface("2001:db8::9/64")), "is the server's own: there is nothing to"),
        (Relay(ipv6=NEAR6, uplink_ipv6=NEAR6.ip), "is not another address in the server's network"),
        (Relay(ipv4=NEAR, advertisements="own.conf"), "what advertises the relay needs its ipv6"),
    ],
)
def test_a_relay_over_ipv6_that_cannot_be_is_refused(
    relayed6: Site, relay: Relay, said: str
) -> None:
    with pytest.raises(SiteError, match=said):
        check_site(replace(relayed6, relay=relay))


def test_servers_are_asked_as_it_asks_over_ipv6(daemons: None, relayed6: Site) -> None:
    rows = ask(relayed6, machines=["stranger"])
    assert {row.relay for row in rows} == {str(NEAR6.ip)}
    assert all(row.is_answered for row in rows)
    boots = [row.boots for row in rows if row.client.startswith("x64 UEFI HTTP")]
    assert boots == ["vendor class HTTPClient; file http://[2001:db8::1]/ipxe.efi"]
