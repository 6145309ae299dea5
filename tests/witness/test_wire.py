"""The reader of captures: what it makes of real ones, of broken ones, and how fast."""

import struct
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.model import Family
from harness.witness.wire import (
    DnsLookup,
    HttpExchange,
    Outcome,
    Refusal,
    TftpTransfer,
    Wire,
    read_capture,
)
from harness.witness.wire.pcap import GrowingCapture, parse_capture
from tests.judge.recorded import IPXE_PATHS, MAC, capture, record

FILE_HEAD = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 2048, 1)


def test_no_capture_yet_is_an_empty_wire(tmp_path: Path) -> None:
    assert read_capture(tmp_path / "wire.pcap") == Wire()


@pytest.mark.parametrize("size", [1, 17, 1000])
def test_a_capture_that_grows_is_read_as_a_whole_one(size: int) -> None:
    whole = capture("red-stopped-nginx")[:20_000]
    growing = GrowingCapture()
    for start in range(0, len(whole), size):
        growing.take(whole[start : start + size])
    assert growing.wire == parse_capture(whole)
    assert growing.wire.frames > 10


def test_what_firmware_sends() -> None:
    first = next(e for e in record("green-x64-http-ipv6").wire.events if e.client_mac == MAC)
    assert getattr(first, "client_arch", None) == 0x10
    assert getattr(first, "vendor_class", "") == "HTTPClient:Arch:00016:UNDI:003000"


def test_firmware_asks_tftp_for_the_size_and_breaks_off_before_it_reads() -> None:
    reads = record("green-x64-tftp-ipv4").wire.of(TftpTransfer, mac=MAC)
    size, read = (event for event in reads if event.file == "ipxe.efi")
    assert (size.outcome, size.error) == (Outcome.ABORTED, "User aborted the transfer")
    assert read.outcome is Outcome.COMPLETE
    assert read.bytes > 900_000


def test_an_answer_that_is_sent_again_is_no_second_one() -> None:
    exchanges = list(record("green-bios-ipxe-rom").wire.of(HttpExchange, mac=MAC))
    asked = [(exchange.family, exchange.path) for exchange in exchanges]
    assert len(asked) == len(set(asked)) == 5


def test_a_port_that_nobody_listens_on() -> None:
    refused = next(record("red-stopped-nginx").wire.of(Refusal, mac=MAC))
    assert (refused.family, refused.server, refused.port) == (Family.IPV4, "192.0.2.1", 80)


def test_a_name_that_has_no_address() -> None:
    lookups = list(record("red-unknown-name").wire.of(DnsLookup, mac=MAC))
    assert {lookup.name for lookup in lookups} == {"localserver"}
    assert all(not lookup.answers and lookup.rcode for lookup in lookups)


@pytest.mark.parametrize("path", IPXE_PATHS)
def test_a_capture_that_is_still_written_is_read_as_far_as_it_goes(path: str) -> None:
    data = capture(f"green-{path}")
    whole = parse_capture(data)
    for size in range(0, len(data), max(997, len(data) // 30)):
        part = parse_capture(data[:size])
        assert part.frames <= whole.frames
    assert parse_capture(data[:-1]).frames == whole.frames - 1


@given(data=st.binary(max_size=4096))
def test_garbage_is_read_without_a_word(data: bytes) -> None:
    parse_capture(data)
    parse_capture(FILE_HEAD + data)


@given(data=st.data())
def test_a_spoilt_capture_is_read_without_a_word(data: st.DataObject) -> None:
    spoilt = bytearray(SPOILABLE)
    for _ in range(data.draw(st.integers(1, 30))):
        at = data.draw(st.integers(24, len(spoilt) - 1))
        spoilt[at] = data.draw(st.integers(0, 255))
    parse_capture(bytes(spoilt))


def frames(*contents: bytes) -> bytes:
    """Make a capture of frames."""
    heads = (struct.pack("<IIII", n, 0, len(frame), len(frame)) for n, frame in enumerate(contents))
    return FILE_HEAD + b"".join(h + c for h, c in zip(heads, contents, strict=True))


KINDS = st.sampled_from(
    [
        (17, 67, 68, bytes(236) + b"\x63\x82\x53\x63"),
        (17, 547, 546, b"\x02\x01\x02\x03"),
        (17, 53, 1024, b"\x00\x01\x80\x00\x00\x01\x00\x01\x00\x00\x00\x00"),
        (17, 1024, 53, b"\x00\x01\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00"),
        (17, 1024, 69, b"\x00\x01"),
        (6, 1024, 80, b"GET / HTTP/1.1\r\n"),
        (6, 80, 1024, b"HTTP/1.1 "),
    ]
)


@given(parts=st.lists(st.tuples(KINDS, st.binary(max_size=80)), max_size=8))
def test_messages_that_end_in_garbage_are_read_without_a_word(
    parts: list[tuple[tuple[int, int, int, bytes], bytes]],
) -> None:
    parse_capture(frames(*(packet(*kind[:3], kind[3] + tail) for kind, tail in parts)))


def packet(transport: int, source: int, target: int, payload: bytes) -> bytes:
    """Make an IPv4 frame between two hosts."""
    if transport == 17:
        segment = struct.pack("!HHHH", source, target, 8 + len(payload), 0) + payload
    else:
        segment = struct.pack("!HHIIBBHHH", source, target, 1, 1, 0x50, 0x10, 99, 0, 0) + payload
    client, server = bytes([10, 0, 0, 1]), bytes([10, 0, 0, 2])
    ends = client + server if target < source else server + client
    head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(segment), 0, 0, 64, transport, 0)
    return bytes(12) + b"\x08\x00" + head + ends + segment


def transfer(size: int) -> bytes:
    """Make the capture of an HTTP transfer, segment by segment and without offloading."""
    client, server = bytes([192, 0, 2, 64]), bytes([192, 0, 2, 1])
    contents = []

    def add(down: bool, sequence: int, acknowledged: int, flags: int, payload: bytes) -> None:
        ports = (80, 4000) if down else (4000, 80)
        tcp = struct.pack("!HHIIBBHHH", *ports, sequence, acknowledged, 0x50, flags, 9, 0, 0)
        ends = server + client if down else client + server
        length = 40 + len(payload)
        head = struct.pack("!BBHHHBBH", 0x45, 0, length, 0, 0, 64, 6, 0)
        contents.append(bytes(12) + b"\x08\x00" + head + ends + tcp + payload)

    start = (1 << 32) - 5000  # the numbers wrap during the transfer
    request = b"GET /big HTTP/1.1\r\nHost: x\r\nUser-Agent: iPXE/1\r\n\r\n"
    head = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % size
    add(False, 99, 0, 0x02, b"")
    add(False, 100, start, 0x10, request)
    add(True, start, 100 + len(request), 0x10, head)
    at = start + len(head)
    for done in range(0, size, 1448):
        piece = bytes(min(1448, size - done))
        add(True, (at + done) % (1 << 32), 100 + len(request), 0x10, piece)
        if done // 1448 % 2:
            add(False, 100 + len(request), (at + done + len(piece)) % (1 << 32), 0x10, b"")
    add(False, 100 + len(request), (at + size) % (1 << 32), 0x10, b"")
    return frames(*contents)


def test_ten_megabytes_are_read_in_well_under_a_second() -> None:
    data = transfer(10_000_000)
    started_s = time.process_time()
    (exchange,) = parse_capture(data).of(HttpExchange)
    assert time.process_time() - started_s < 0.7
    assert (exchange.outcome, exchange.bytes) == (Outcome.COMPLETE, 10_000_000)


SPOILABLE = (
    transfer(4000)
    + frames(
        packet(17, 67, 68, bytes(236) + b"\x63\x82\x53\x63\x35\x01\x02\xff"),
        packet(17, 547, 546, b"\x02\x01\x02\x03\x00\x01\x00\x04abcd"),
        packet(17, 1024, 69, b"\x00\x01ipxe.efi\x00octet\x00blksize\x001432\x00"),
        packet(
            17,
            53,
            1024,
            b"\x00\x01\x80\x00\x00\x01\x00\x00\x00\x00\x00\x00\x01a\x00\x00\x01\x00\x01",
        ),
    )[24:]
)
"""A little of everything that is read."""
