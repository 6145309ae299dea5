"""On a network of one family nobody speaks the other; what boots by it is told why it cannot."""

import struct
from dataclasses import replace

import pytest

from harness.judge.boot import Boot
from harness.judge.judgement import judge
from harness.judge.verdict import When
from harness.machines import BOOT_PATHS
from harness.model import Family
from harness.witness.wire import Sender
from harness.witness.wire.pcap import parse_capture
from tests.judge.mutate import packed
from tests.judge.recorded import MAC, record, showmax

SERVER = "52:54:00:00:00:01"


def on_ipv6_alone(*senders: Sender) -> Boot:
    """Give an IPv6 boot as it would be where nobody has IPv4."""
    boot = record("green-x64-http-ipv6", site=showmax().only(Family.IPV6))
    ipv6 = [each for each in boot.wire.senders if each.family is Family.IPV6]
    return replace(boot, wire=replace(boot.wire, senders=(*ipv6, *senders)))


def sender(what: str, *, mac: str = MAC, seeks: bool) -> Sender:
    return Sender(family=Family.IPV4, mac=mac, frame=77, what=what, seeks=seeks)


def strays(boot: Boot) -> list[str]:
    return [cause for cause in judge(boot).causes if "is on the wire" in cause]


def test_a_machine_may_ask() -> None:
    assert strays(on_ipv6_alone(sender("IPv4", seeks=True))) == []


@pytest.mark.parametrize(
    "stray",
    [
        sender("ARP", seeks=False),
        sender("IPv4", seeks=False),
        sender("IPv4", mac="02:00:00:00:00:09", seeks=False),
        sender("IPv4", mac=SERVER, seeks=True),
    ],
)
def test_whoever_speaks_it_is_named(stray: Sender) -> None:
    assert strays(on_ipv6_alone(stray)) == [
        f"{stray.what} is on the wire (frame 77, from {stray.mac}), and this network has no IPv4: "
        "[server] of site.toml gives the server no ipv4 address"
    ]


def test_both_may_be_spoken_where_both_are() -> None:
    boot = record("green-x64-http-ipv6")
    assert {each.family for each in boot.wire.senders if not each.seeks} == set(Family)
    assert strays(boot) == []


@pytest.mark.parametrize("family", Family)
def test_a_network_of_both_is_not_one_of_one(family: Family) -> None:
    """What a real server and its router sent in the other family is all named."""
    causes = strays(record(f"green-x64-http-{family.value}", site=showmax().only(family)))
    other = {"ARP", "IPv4"} if family is Family.IPV6 else {"IPv6"}
    assert {cause.split()[0] for cause in causes} == other
    assert any(SERVER in cause for cause in causes)


@pytest.mark.parametrize(
    ("name", "family", "said"),
    [
        ("green-x64-http-ipv4", Family.IPV6, "IPv4, and this network has none: [server] of"),
        ("green-bios-vendor-rom", Family.IPV6, "IPv4, and this network has none: [server] of"),
        ("green-x64-tftp-ipv6", Family.IPV4, "IPv6, and this network has none: [server] of"),
    ],
)
def test_who_cannot_boot_is_told(name: str, family: Family, said: str) -> None:
    causes = judge(record(name, site=showmax().only(family)), When.WAITING).causes
    assert any(f"{name.removeprefix('green-')} boots over {said}" in cause for cause in causes)
    assert not any("unanswered" in cause and said[:4] in cause for cause in causes)


def test_ipxe_in_a_rom_takes_the_family_that_there_is() -> None:
    path = BOOT_PATHS["bios-ipxe-rom"]
    boot = replace(record("green-bios-ipxe-rom", site=showmax().only(Family.IPV6)), path=path)
    assert boot.needed_families == (Family.IPV6,)
    assert record("green-bios-ipxe-rom").needed_families == (Family.IPV4,)


def ipv4(source: bytes) -> bytes:
    return b"\xff" * 6 + b"\x02" * 6 + b"\x08\x00" + bytes(12) + source + bytes(20)


def ipv6(target: int, following: int, rest: bytes) -> bytes:
    head = struct.pack("!IHBB", 6 << 28, len(rest), following, 255)
    addresses = bytes(16) + bytes((target, *bytes(15)))
    return b"\x33" * 6 + b"\x02" * 6 + b"\x86\xdd" + head + addresses + rest


@pytest.mark.parametrize(
    ("frame", "what", "seeks"),
    [
        (ipv4(bytes(4)), "IPv4", True),
        (ipv4(bytes((192, 0, 2, 1))), "IPv4", False),
        (b"\xff" * 6 + b"\x02" * 6 + b"\x08\x06" + bytes(28), "ARP", False),
        (ipv6(0xFF, 58, bytes((133, 0, 0, 0))), "IPv6", True),
        (ipv6(0xFF, 58, bytes((135, 0, 0, 0))), "IPv6", True),
        (ipv6(0xFF, 0, bytes((58, 0, 5, 2, 0, 0, 1, 0, 143))), "IPv6", True),
        (ipv6(0xFF, 17, struct.pack("!HHHH", 546, 547, 8, 0)), "IPv6", True),
        (ipv6(0xFF, 58, bytes((134, 0, 0, 0))), "IPv6", False),
        (ipv6(0xFF, 58, bytes((136, 0, 0, 0))), "IPv6", False),
        (ipv6(0xFF, 17, struct.pack("!HHHH", 5353, 5353, 8, 0)), "IPv6", True),
        (ipv6(0x20, 58, bytes((135, 0, 0, 0))), "IPv6", False),
        (ipv6(0xFF, 58, b""), None, False),
        (b"\xff" * 6 + b"\x02" * 6 + b"\x88\xb5mark", None, False),
    ],
)
def test_what_a_frame_is(frame: bytes, what: str | None, seeks: bool) -> None:
    found = parse_capture(packed([frame])).senders
    assert [(each.what, each.seeks) for each in found] == ([] if what is None else [(what, seeks)])
