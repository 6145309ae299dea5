"""Who was asked in vain: connections and addresses, told from those that were answered late."""

import struct

import pytest

from harness.model import Family
from harness.witness.wire import Unheard
from harness.witness.wire.pcap import parse_capture
from tests.judge.mutate import packed

CLIENT, SERVER = b"\x52\x54\0\0\0\x50", b"\x52\x54\0\0\0\x01"
MINE, ITS = bytes((192, 0, 2, 64)), bytes((192, 0, 2, 1))
SYN, SYN_ACK, RST = 0x02, 0x12, 0x14


def tcp(flags: int, *, by_server: bool = False, port: int = 80) -> bytes:
    ends = [(CLIENT, MINE, 40000), (SERVER, ITS, port)]
    (from_mac, source, source_port), (to_mac, target, target_port) = (
        reversed(ends) if by_server else ends
    )
    segment = struct.pack("!HHIIBBHHH", source_port, target_port, 7, 0, 5 << 4, flags, 64, 0, 0)
    head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(segment), 0, 0, 64, 6, 0)
    return to_mac + from_mac + b"\x08\x00" + head + source + target + segment


def arp(operation: int, *, sender: bytes = MINE, wanted: bytes = ITS) -> bytes:
    who = CLIENT if sender == MINE else SERVER
    head = struct.pack("!HHBBH", 1, 0x0800, 6, 4, operation)
    return b"\xff" * 6 + who + b"\x08\x06" + head + who + sender + bytes(6) + wanted


def neighbour(kind: int, *, source: bytes = b"\xfe\x80" + bytes(13) + b"\x50") -> bytes:
    wanted = bytes.fromhex("20010db8") + bytes(11) + b"\x01"
    message = struct.pack("!BBHI", kind, 0, 0, 0) + wanted
    head = struct.pack("!IHBB", 6 << 28, len(message), 58, 255)
    return b"\x33" * 6 + CLIENT + b"\x86\xdd" + head + source + b"\xff" + bytes(15) + message


def unheard(*frames: bytes) -> list[Unheard]:
    return list(parse_capture(packed(frames)).of(Unheard))


def test_a_connection_that_nobody_takes_up() -> None:
    (event,) = unheard(tcp(SYN), tcp(SYN), tcp(SYN))
    assert (event.server, event.port, event.times, event.frame) == ("192.0.2.1", 80, 3, 1)
    assert str(event) == "192.0.2.1 TCP port 80 gave 192.0.2.64 no answer to 3 SYNs"


@pytest.mark.parametrize("answer", [SYN_ACK, RST])
def test_one_that_is_answered_late(answer: int) -> None:
    assert unheard(tcp(SYN), tcp(SYN), tcp(answer, by_server=True)) == []
    assert unheard(tcp(SYN)) == []


def test_an_address_that_nobody_has() -> None:
    (event,) = unheard(arp(1), arp(1))
    assert (event.family, event.server, event.port, event.times) == (Family.IPV4, "192.0.2.1", 0, 2)
    assert str(event) == "192.0.2.1 gave 192.0.2.64 no answer to 2 ARP requests"
    (event,) = unheard(neighbour(135), neighbour(135))
    assert (event.server, event.what) == ("2001:db8::1", "neighbour solicitations")


def test_one_that_somebody_has() -> None:
    assert unheard(arp(1), arp(1), arp(2, sender=ITS, wanted=MINE)) == []
    assert unheard(neighbour(135), neighbour(135), neighbour(136)) == []


def test_who_looks_whether_an_address_is_free_wants_no_answer() -> None:
    assert unheard(*[neighbour(135, source=bytes(16))] * 3) == []
    assert unheard(*[arp(1, sender=bytes(4))] * 3) == []
    assert unheard(*[arp(1, wanted=MINE)] * 3) == []


@pytest.mark.parametrize("size", range(0, 78, 7))
def test_a_frame_that_is_cut_short(size: int) -> None:
    for frame in (arp(1), neighbour(135), tcp(SYN)):
        assert unheard(frame[:size], frame[:size]) in ([], unheard(frame, frame))
