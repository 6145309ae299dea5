"""The faulty cable strikes the n-th frame of a kind, each time the same."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.services.link.forward import GUEST, SERVER, Cable, Rule, kinds_of, read_rules

ETHER4, ETHER6 = bytes(12) + b"\x08\x00", bytes(12) + b"\x86\xdd"
UDP, TCP = 17, 6


def frame(*, protocol: int = UDP, ports: tuple[int, int] = (1, 2), body: bytes = b"") -> bytes:
    """Make an IPv4 frame with as much in it as the forwarder looks at."""
    ip = bytes([0x45, *bytes(8), protocol, *bytes(10)])
    return ETHER4 + ip + b"".join(port.to_bytes(2, "big") for port in ports) + bytes(4) + body


def frame6(*, protocol: int, ports: tuple[int, int], body: bytes = b"") -> bytes:
    ip = bytes([0x60, *bytes(5), protocol, *bytes(33)])
    return ETHER6 + ip + b"".join(port.to_bytes(2, "big") for port in ports) + bytes(4) + body


BLOCK = frame(ports=(40000, 2000), body=b"\0\3\0\1x")
ACK = frame(ports=(2000, 40000), body=b"\0\4\0\1")


def arrivals(cable: Cable, frames: Iterator[tuple[bytes, str]], at_s: float = 0.0) -> list[bytes]:
    """Send frames in one after the other, a millisecond apart; give what comes out."""
    out: list[bytes] = []
    for number, (data, toward) in enumerate(frames):
        now_s = at_s + number / 1000
        cable.take(data, toward, now_s)
        out += [each for _, each in cable.due(now_s)]
    return out


def numbered(count: int, toward: str = GUEST) -> Iterator[tuple[bytes, str]]:
    return ((frame(body=bytes([0, 0, number])), toward) for number in range(count))


def numbers(frames: list[bytes]) -> list[int]:
    return [each[-1] for each in frames]


@pytest.mark.parametrize(
    ("data", "kinds"),
    [
        (bytes(12) + b"\x08\x06", {"any", "arp"}),
        (bytes(12) + b"\x88\xcc", {"any"}),
        (frame(ports=(68, 67)), {"any", "ipv4", "dhcp"}),
        (frame6(protocol=UDP, ports=(546, 547)), {"any", "ipv6", "dhcp"}),
        (frame(ports=(2000, 69), body=b"\0\1ipxe"), {"any", "ipv4", "tftp", "tftp-request"}),
        (BLOCK, {"any", "ipv4", "tftp", "tftp-data"}),
        (ACK, {"any", "ipv4", "tftp"}),
        (
            frame6(protocol=UDP, ports=(4000, 2000), body=b"\0\3"),
            {"any", "ipv6", "tftp", "tftp-data"},
        ),
        (frame(ports=(53, 2000), body=b"\0\3"), {"any", "ipv4"}),
        (frame(protocol=TCP, ports=(80, 2000)), {"any", "ipv4", "http"}),
        (frame(protocol=TCP, ports=(22, 2000)), {"any", "ipv4"}),
    ],
)
def test_what_a_frame_is(data: bytes, kinds: set[str]) -> None:
    assert kinds_of(data) == kinds


def test_without_rules_all_arrive_in_order() -> None:
    assert numbers(arrivals(Cable(), numbered(5))) == [0, 1, 2, 3, 4]


def test_every_third_is_lost_twice_at_the_most() -> None:
    cable = Cable(rules=[Rule(do="lose", every=3, times=2)])
    assert numbers(arrivals(cable, numbered(10))) == [0, 1, 3, 4, 6, 7, 8, 9]


def test_only_the_kind_and_the_way_that_are_meant() -> None:
    cable = Cable(rules=[Rule(do="lose", of="tftp-data", toward=GUEST)])
    sent = [(BLOCK, GUEST), (ACK, SERVER), (BLOCK, SERVER)]
    assert arrivals(cable, iter(sent)) == [ACK, BLOCK]


def test_every_second_comes_twice() -> None:
    cable = Cable(rules=[Rule(do="duplicate", every=2)])
    assert numbers(arrivals(cable, numbered(4))) == [0, 1, 1, 2, 3, 3]


def test_the_third_is_overtaken_by_the_fourth() -> None:
    cable = Cable(rules=[Rule(do="reorder", every=3)])
    assert numbers(arrivals(cable, numbered(5))) == [0, 1, 3, 2, 4]


def test_a_frame_that_nobody_overtakes_is_not_held_for_ever() -> None:
    cable = Cable(rules=[Rule(do="reorder")])
    assert arrivals(cable, numbered(1)) == []
    wait_s = cable.wait_s(0.0)
    assert wait_s is not None
    assert numbers([data for _, data in cable.due(wait_s)]) == [0]


def test_a_late_frame_arrives_late_and_in_order() -> None:
    cable = Cable(rules=[Rule(do="delay", seconds=0.02)])
    assert arrivals(cable, numbered(3)) == []
    assert cable.wait_s(0.0) == pytest.approx(0.02)
    assert numbers([data for _, data in cable.due(0.0205)]) == [0]
    assert numbers([data for _, data in cable.due(0.03)]) == [1, 2]
    assert cable.wait_s(0.03) is None


def test_a_cut_is_plugged_in_once_the_guest_has_asked_in_vain() -> None:
    cable = Cable(rules=[Rule(do="cut", of="tftp-data", every=2, asks=2)])
    sent = [(BLOCK, GUEST), (ACK, SERVER), (BLOCK, GUEST), (ACK, SERVER), (ACK, SERVER)]
    assert arrivals(cable, iter(sent)) == [BLOCK, ACK]
    # And not pulled again by what comes then.
    assert arrivals(cable, iter([(BLOCK, GUEST)] * 4), at_s=1.0) == [BLOCK] * 4


def test_a_cut_for_good() -> None:
    cable = Cable(rules=[Rule(do="cut")])
    assert arrivals(cable, iter([(ACK, SERVER), (BLOCK, GUEST)] * 9)) == []


def test_each_fault_is_told() -> None:
    cable = Cable(rules=[Rule(do="lose", of="tftp", every=2), Rule(do="delay", seconds=0.1)])
    assert cable.take(ACK, SERVER, 0.0) == ["delay any 1 to the server"]
    assert cable.take(BLOCK, GUEST, 0.0) == ["lose tftp 2 to the guest"]
    assert cable.take(ACK, SERVER, 0.0) == []


def test_the_head_of_a_bundle_is_passed_on() -> None:
    cable = Cable(rules=[Rule(do="lose", of="tftp-data")])
    assert cable.take(bytes(10) + BLOCK, GUEST, 0.0, head=10)
    cable.take(bytes(10) + ACK, GUEST, 0.0, head=10)
    assert cable.due(0.0) == [(GUEST, bytes(10) + ACK)]


def test_rules_are_read_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "rules.json"
    path.write_text(json.dumps([{"do": "lose", "every": 3, "of": "http", "toward": "server"}]))
    assert read_rules(path) == [Rule(do="lose", every=3, of="http", toward="server")]
