"""The management network: a switch, the server on it, and nothing of the host's."""

import json
from collections.abc import Iterator
from ipaddress import IPv4Interface, IPv6Interface

import pytest

from harness.deadline import Deadline
from harness.errors import NetworkError, PrerequisiteError
from harness.host import rights, tools
from harness.host.finding import State
from harness.lab.namespace import Namespace
from harness.lab.network import BRIDGE, Network
from harness.logwatch import pause, wait_until
from harness.model import Family
from harness.services.capture import Capture
from harness.site.server import SERVER_MAC, Server
from tests.lab.census import Census

IPV4 = IPv4Interface("192.0.2.1/24")
IPV6 = IPv6Interface("2001:db8::1/64")


@pytest.fixture
def lab(able_host: None) -> Iterator[Namespace]:
    """Give namespaces with no network yet."""
    with Namespace() as lab:
        lab.path("/run/harness/fstab").touch()
        lab.path("/run/harness/read-only").touch()
        lab.finish()
        yield lab


@pytest.fixture
def network(lab: Namespace) -> Iterator[Network]:
    """Give the network of a lab, of which nothing is built yet."""
    with Network(lab) as network:
        yield network


def links(lab: Namespace) -> dict[str, dict[str, object]]:
    """Give the interfaces as `ip` sees them."""
    return {link["ifname"]: link for link in json.loads(lab.run(["ip", "-j", "addr"]).stdout)}


def all_are_up(lab: Namespace) -> bool:
    """Say whether every interface can be used."""
    return all(link["operstate"] in ("UP", "UNKNOWN") for link in links(lab).values())


def addresses(link: dict[str, object]) -> set[str]:
    """Give an interface's addresses, without the ones that IPv6 makes by itself."""
    infos = link["addr_info"]
    if not isinstance(infos, list):
        raise TypeError(infos)
    return {f"{info['local']}/{info['prefixlen']}" for info in infos if info["scope"] != "link"}


def test_the_server_is_on_the_switch(lab: Namespace, network: Network) -> None:
    network.build(Server(interface="eth0", hostname="pxe", ipv4=IPV4, ipv6=IPV6))
    found = links(lab)
    assert set(found) == {"lo", "eth0", "lab-server", BRIDGE}
    assert addresses(found["eth0"]) == {str(IPV4), str(IPV6)}
    assert found["eth0"]["address"] == SERVER_MAC
    assert found["lab-server"]["master"] == BRIDGE
    assert addresses(found["lo"]) == {"127.0.0.1/8", "::1/128"}
    deadline = Deadline(20.0, "Linux to notice that both ends of the cable are up")
    assert wait_until(lambda: all_are_up(lab), deadline=deadline, pause=pause)


def test_the_switch_is_no_host(lab: Namespace, network: Network) -> None:
    network.build(Server(interface="eth0", hostname="pxe", ipv4=IPV4, ipv6=IPV6))
    found = links(lab)
    for name in (BRIDGE, "lab-server"):
        assert found[name]["addr_info"] == []


def test_an_address_can_be_used_at_once(lab: Namespace, network: Network) -> None:
    network.build(Server(interface="eth0", hostname="pxe", ipv4=None, ipv6=IPV6))
    assert "tentative" not in lab.run(["ip", "addr"]).stdout
    assert addresses(links(lab)["eth0"]) == {str(IPV6)}


def test_no_ipv6_where_the_server_has_no_address_of_it(lab: Namespace, network: Network) -> None:
    network.build(Server(interface="eth0", hostname="pxe", ipv4=IPV4, ipv6=None))
    network.add_host("bmc", IPv4Interface("198.18.0.1/32"), mac="52:54:00:00:62:01")
    assert "inet6 fe80" not in lab.run(["ip", "addr"]).stdout
    network.add_host("router", IPV6, mac="52:54:00:00:62:02")
    assert "inet6 fe80" in lab.run(["ip", "addr"]).stdout


def test_a_firewall_stands_before_the_servers_own_addresses(
    lab: Namespace, network: Network
) -> None:
    network.build(Server(interface="eth0", hostname="pxe", ipv4=IPV4, ipv6=IPV6))
    network.drop(Family.IPV6, {"udp": 69, "tcp": 80})
    rules = [line.split(None, 1) for line in lab.run(["ip", "-6", "rule"]).stdout.splitlines()]
    assert [number for number, _ in rules] == ["10:", "10:", "20:", "32766:"]
    assert all("blackhole" in rule for _, rule in rules[:2])
    assert rules[2][1] == "from all lookup local"
    assert "blackhole" not in lab.run(["ip", "-4", "rule"]).stdout


def test_an_address_is_taken_away(lab: Namespace, network: Network) -> None:
    network.build(Server(interface="eth0", hostname="pxe", ipv4=IPV4, ipv6=IPV6))
    network.remove_address(IPV4)
    assert addresses(links(lab)["eth0"]) == {str(IPV6)}


@pytest.mark.parametrize("name", ["br0", "server", "eno1", "bond0.100", "enp0s31f6"])
def test_the_servers_interface_may_be_called_as_in_production(
    lab: Namespace, network: Network, name: str
) -> None:
    network.build(Server(interface=name, hostname="pxe", ipv4=IPV4, ipv6=None))
    assert addresses(links(lab)[name]) == {str(IPV4)}


def test_a_name_that_is_taken(lab: Namespace, network: Network) -> None:
    with pytest.raises(NetworkError, match="could not be set up"):
        network.build(Server(interface=BRIDGE, hostname="pxe", ipv4=IPV4, ipv6=None))


def test_a_guests_port(lab: Namespace, network: Network) -> None:
    taps = rights.check_tun()
    if taps.state is not State.OK:
        raise PrerequisiteError(taps.detail, cure=taps.cure)
    network.build(Server(interface="eth0", hostname="pxe", ipv4=IPV4, ipv6=IPV6))
    network.have_tap("tap0")
    assert links(lab)["tap0"]["master"] == BRIDGE
    network.have_tap("tap0")
    with pytest.raises(PrerequisiteError, match=r"does not make tap eth0: .*busy") as caught:
        network.have_tap("eth0")
    assert "/dev/net/tun" in caught.value.cure


def test_another_host_on_the_switch(lab: Namespace, network: Network) -> None:
    network.build(Server(interface="eth0", hostname="pxe", ipv4=IPV4, ipv6=None))
    network.add_host("rogue0", IPv4Interface("192.0.2.66/24"), mac="52:54:00:00:66:66")
    found = links(lab)
    assert addresses(found["rogue0"]) == {"192.0.2.66/24"}
    assert found["rogue0-port"]["master"] == BRIDGE


def test_a_ports_place_is_taken_by_a_cable(lab: Namespace, network: Network) -> None:
    network.build(Server(interface="eth0", hostname="pxe", ipv4=IPV4, ipv6=None))
    network.add_host("rogue0", IPv4Interface("192.0.2.66/24"), mac="52:54:00:00:66:66")
    network.add_cable("wire0")
    assert "master" not in links(lab)["wire0-far"]
    network.move_to_cable("rogue0-port", "wire0")
    found = links(lab)
    assert "master" not in found["rogue0-port"]
    assert found["wire0-far"]["master"] == BRIDGE
    assert found["wire0"]["addr_info"] == found["wire0-far"]["addr_info"] == []


def test_the_servers_traffic_is_counted(network: Network) -> None:
    network.build(Server(interface="eth0", hostname="pxe", ipv4=IPV4, ipv6=None))
    heard, said = network.traffic()
    network.send_mark(b"anything")
    deadline = Deadline(20.0, "the mark to cross the bridge")
    assert wait_until(lambda: network.traffic()[0] > heard, deadline=deadline, pause=pause)
    assert network.traffic()[1] >= said


def test_a_small_mtu(lab: Namespace, network: Network) -> None:
    network.build(Server(interface="eth0", hostname="pxe", ipv4=IPV4, ipv6=IPV6))
    network.set_mtu(1280)
    assert links(lab)["eth0"]["mtu"] == 1280


def test_an_interface_that_is_not_there(network: Network) -> None:
    network.build(Server(interface="eth0", hostname="pxe", ipv4=IPV4, ipv6=IPV6))
    with pytest.raises(NetworkError, match=r"Cannot find device .?eth7"):
        network.move_to_cable("eth7", "wire0")


def test_the_hosts_network_is_never_touched(
    lab: Namespace, network: Network, census: Census
) -> None:
    network.build(Server(interface="eth0", hostname="pxe", ipv4=IPV4, ipv6=IPV6))
    assert census.host() == census.before


def test_a_lab_that_is_gone(able_host: None) -> None:
    with Namespace() as lab:
        network = Network(lab)
    with network, pytest.raises(NetworkError, match="not up"):
        network.build(Server(interface="eth0", hostname="pxe", ipv4=IPV4, ipv6=None))


def test_a_tool_that_is_missing(lab: Namespace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tools, "search_path", lambda: "/nowhere")
    with pytest.raises(PrerequisiteError, match="python3"), Network(lab):
        raise AssertionError("it has begun")


def test_the_capture_listens_where_the_switch_is() -> None:
    assert Capture.interface == BRIDGE


def test_an_interface_that_leads_out_is_named(lab: Namespace, network: Network) -> None:
    network.build(Server(interface="eth0", hostname="pxe", ipv4=IPV4, ipv6=IPV6))
    assert network.ways_out() == ()
    lab.run(["ip", "netns", "add", "far"])
    lab.run(["ip", "link", "add", "out0", "type", "veth", "peer", "name", "far0", "netns", "far"])
    assert network.ways_out() == ("out0",)


def test_the_marks_sender_ends_with_the_lab(lab: Namespace) -> None:
    with Network(lab) as network:
        network.build(Server(interface="eth0", hostname="pxe", ipv4=IPV4, ipv6=None))
        network.open_sender()
        network.open_sender()
    with pytest.raises(NetworkError, match="not up"):
        network.send_mark(b"too late")


def test_a_sender_that_has_ended_is_told(lab: Namespace, network: Network) -> None:
    with pytest.raises(NetworkError, match="has ended"):  # there is no bridge that it could bind to
        wait_until(
            lambda: bool(network.send_mark(b"in vain")),  # type: ignore[func-returns-value]
            deadline=Deadline(20.0, "the sender to end"),
            pause=pause,
        )
