"""Packets that nobody has ever sent are read without an error, however strange."""

import struct

from hypothesis import given
from hypothesis import strategies as st

from harness.witness.wire.pcap import parse_capture
from tests.fuzz import examples
from tests.judge.mutate import packed
from tests.witness.test_wire import packet

_MAGIC = b"\x63\x82\x53\x63"
_RA = b"\x86\x00\x00\x00\x40\xc0\x00\x1e\x00\x00\x00\x00\x00\x00\x00\x00"
short = st.binary(max_size=24)


def option4(parts: tuple[int, bytes, int]) -> bytes:
    """Make a DHCPv4 option; now and then its length is not true."""
    code, value, lie = parts
    return bytes([code, (len(value) + lie) & 0xFF]) + value


def option6(parts: tuple[int, bytes, int]) -> bytes:
    """Make a DHCPv6 option; now and then its length is not true."""
    code, value, lie = parts
    return struct.pack("!HH", code, (len(value) + lie) & 0xFFFF) + value


lies = st.sampled_from([0, 0, 0, 1, -1, 200])
codes4 = st.sampled_from(
    [12, 43, 50, 51, 52, 53, 54, 55, 60, 61, 66, 67, 77, 81, 82, 93, 97, 119, 120, 121, 175, 255]
)
codes6 = st.sampled_from(
    [1, 2, 3, 4, 5, 6, 7, 8, 13, 14, 15, 16, 17, 23, 24, 25, 32, 39, 56, 59, 60, 61]
)
dhcpv4 = st.builds(
    lambda head, options: packet(17, 68, 67, head[:236].ljust(236, b"\0") + _MAGIC + options),
    st.binary(max_size=240),
    st.lists(st.tuples(codes4, short, lies).map(option4), max_size=8).map(b"".join),
)
dhcpv6 = st.builds(
    lambda kind, xid, options: packet(17, 546, 547, bytes([kind]) + xid + options),
    st.integers(0, 14),
    st.binary(min_size=3, max_size=3),
    st.lists(st.tuples(codes6, short, lies).map(option6), max_size=8).map(b"".join),
)
tftp = st.builds(
    lambda ports, code, rest: packet(17, ports[0], ports[1], struct.pack("!H", code) + rest),
    st.sampled_from([(2000, 69), (3000, 2000), (2000, 3000)]),
    st.integers(0, 8),
    st.one_of(
        short,
        st.lists(
            st.sampled_from(["f", "octet", "blksize", "tsize", "1432", "-1", "0", "x", ""])
        ).map(lambda words: "".join(f"{word}\0" for word in words).encode()),
    ),
)
LENGTHS = ["5", "-5", "x", "\xb2", "9" * 5000]
FIELDS = [f"Content-Length: {length}" for length in LENGTHS]
FIELDS += ["User-Agent: iPXE/1", "Transfer-Encoding: chunked", ":"]
FIRSTS = ["GET / HTTP/1.1", "GET http://[ HTTP/1.1", "HEAD", "GET  ", "HTTP/1.1 200 OK", "HTTP/1."]
FIRSTS += ["HTTP/1.1 99999999999999999999 x", "HTTP/1.1 -1", "HTTP/1.1 404", "GET \xff HTTP/1.1"]
http = st.builds(
    lambda down, first, lines, end: packet(
        *(6, *((80, 2000) if down else (2000, 80))),
        ("\r\n".join([first, *lines]) + end).encode("latin-1"),
    ),
    st.booleans(),
    st.sampled_from(FIRSTS),
    st.lists(st.sampled_from(FIELDS), max_size=3),
    st.sampled_from(["\r\n\r\n", "\r\n", ""]),
)
dns = st.builds(
    lambda down, flags, counts, rest: packet(
        *(17, *((53, 2000) if down else (2000, 53))),
        struct.pack("!HHHHHH", 7, flags, *counts) + rest,
    ),
    st.booleans(),
    st.sampled_from([0x0100, 0x8180, 0x8183]),
    st.tuples(*[st.integers(0, 3)] * 4),
    st.lists(
        st.sampled_from([b"\x03tux\x00", b"\xc0\x0c", b"\xc0\xff", b"\0\1\0\1", b"\0\x1c\0\1"])
        | short,
        max_size=8,
    ).map(b"".join),
)


def icmpv6(payload: bytes) -> bytes:
    """Make an ICMPv6 frame."""
    head = struct.pack("!IHBB", 6 << 28, len(payload), 58, 255) + bytes(32)
    return bytes(12) + b"\x86\xdd" + head + payload


neighbours = st.builds(
    lambda kind, rest: icmpv6(kind + rest),
    st.sampled_from([_RA, b"\x86", b"\x01\x04\0\0\0\0\0\0", b"\x01"]),
    st.lists(
        st.sampled_from([b"\x03\x04\x40\xc0" + bytes(28), b"\x03\x00", b"\x19\x03" + bytes(22)])
        | short,
        max_size=4,
    ).map(b"".join),
)
anything = st.builds(
    lambda kind, rest: bytes(12) + kind + rest,
    st.sampled_from([b"\x08\x00", b"\x86\xdd", b"\x81\x00", b"\x08\x06", b"\x08\x00E\0\0\x14"]),
    st.binary(max_size=80),
)
frame = st.one_of(dhcpv4, dhcpv6, tftp, http, dns, neighbours, anything)


@given(frames=st.lists(frame, max_size=10))
@examples(400)
def test_generated_packets(frames: list[bytes]) -> None:
    wire = parse_capture(packed(frames))
    assert wire.frames == len(frames)
    for event in wire.events:
        assert str(event).encode()
