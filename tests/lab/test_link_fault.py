"""A faulty link in a real lab's network: frames that are sent in on one side come out or not."""

from collections.abc import Callable, Iterator
from ipaddress import IPv4Interface
from pathlib import Path

import pytest

from harness.deadline import Pace
from harness.errors import ServiceError, UsageError
from harness.lab.link_fault import Kind, Link, Toward
from harness.lab.namespace import Namespace
from harness.lab.network import BRIDGE, Network
from harness.services.link import FaultyLink
from harness.site import Site
from harness.site.server import Server

TAP = "tap0"
# Frames of a protocol that no host answers, from the guest's side, seen on the bridge.
SEND = """
import select, socket
ends = [socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x88b5)) for _ in "ab"]
ends[0].bind(("{tap}-far", 0x88b5))
ends[1].bind(("{bridge}", 0x88b5))
for number in range({count}):
    ends[0].send(bytes.fromhex("ffffffffffff525400123456" "88b5") + bytes([number]) * 46)
while select.select(ends[1:], [], [], 0.5)[0]:
    print(ends[1].recv(99)[20], flush=True)
"""


@pytest.fixture
def lab(able_host: None) -> Iterator[Namespace]:
    """Give namespaces with a network."""
    with Namespace() as lab:
        lab.path("/run/harness/fstab").touch()
        lab.path("/run/harness/read-only").touch()
        lab.finish()
        yield lab


@pytest.fixture
def network(lab: Namespace) -> Iterator[Network]:
    """Give the lab's network."""
    with Network(lab) as network:
        yield network


@pytest.fixture
def link(lab: Namespace, network: Network, site: Site, tmp_path: Path) -> Iterator[Link]:
    """Give the link of a cable that stands for a guest's tap: there is nobody to hold one."""
    address = IPv4Interface("192.0.2.1/24")
    network.build(Server(interface="eth0", hostname="pxe", ipv4=address, ipv6=None))
    network.add_cable(TAP)
    # In a network that forwards, IPv6 joins a group on each interface, and says so (MLD) within a
    # second: one frame more than the test sends.
    lab.run(["sh", "-c", f"echo 1 >/proc/sys/net/ipv6/conf/{TAP}-far/disable_ipv6"])
    lab.run(["ip", "link", "set", f"{TAP}-far", "up"])
    forwarder = FaultyLink(lab, site, tmp_path, Pace(), tap=TAP)
    link = Link(network, forwarder)
    link.insert()
    yield link
    forwarder.forget()


@pytest.fixture
def send(lab: Namespace) -> Callable[[int], list[int]]:
    """Give a way to send so many frames into the link, and to see which come out."""

    def send(count: int) -> list[int]:
        program = SEND.format(tap=TAP, bridge=BRIDGE, count=count)
        return [int(line) for line in lab.run(["python3", "-c", program]).stdout.split()]

    return send


def test_a_link_is_faithful_until_told_otherwise(
    link: Link, send: Callable[[int], list[int]]
) -> None:
    assert send(6) == [0, 1, 2, 3, 4, 5]
    # Toward the guest the server's own interface has things to say, now and then.
    link.lose(every=2, toward=Toward.SERVER)
    assert send(6) == [0, 2, 4]
    link.assert_struck("lose any")
    link.repair()
    assert send(3) == [0, 1, 2]


def test_faults_add_up(link: Link, send: Callable[[int], list[int]]) -> None:
    link.lose(every=4, toward=Toward.SERVER).duplicate(every=2, toward=Toward.SERVER).delay(5)
    assert send(4) == [0, 1, 1, 2]


def test_a_cable_is_pulled_and_plugged_in_again(
    link: Link, send: Callable[[int], list[int]]
) -> None:
    link.cut()
    assert send(3) == []
    link.plug()
    assert send(2) == [0, 1]


def test_a_fault_that_befell_nothing_is_told(link: Link, send: Callable[[int], list[int]]) -> None:
    link.lose(of=Kind.HTTP)
    assert send(2) == [0, 1]
    with pytest.raises(UsageError, match="no frame of tap0 met lose"):
        link.assert_struck("lose")


def test_a_forwarder_that_died_is_named(link: Link, lab: Namespace) -> None:
    forwarder = link._forwarder
    forwarder.kill()
    with pytest.raises(ServiceError, match="link: died"):
        link.lose()


def test_the_evidence_says_what_forwards(link: Link, tmp_path: Path) -> None:
    said = (tmp_path / f"link-{TAP}.log").read_text()
    assert f"forwarding between {TAP} and {TAP}-wire by a process of the lab" in said
