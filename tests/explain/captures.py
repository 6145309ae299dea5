"""Captures of known faults, as other tools and other links have them.

The frames are those of recorded boots (`tests/judge/data`), which real firmware, loaders and
servers have sent; what is written anew is what stands around them.
"""

import gzip
import struct
from collections.abc import Callable, Iterable
from ipaddress import IPv6Address
from pathlib import Path

from harness.witness.wire.packet import records

RECORDED = Path(__file__).parents[1] / "judge" / "data"
ETHERNET, COOKED, COOKED2, RAW = 1, 113, 276, 101
OWN_MAC = bytes.fromhex("525400123456")
SERVER_MAC = bytes.fromhex("525400000001")
Frames = list[tuple[float, bytes]]


def recorded(name: str) -> Frames:
    """Give the frames of a recorded boot."""
    return list(records(gzip.decompress((RECORDED / name / "wire.pcap.gz").read_bytes())))


def pcap(frames: Iterable[tuple[float, bytes]], *, link: int = ETHERNET, order: str = "<") -> bytes:
    """Write a pcap."""
    held = [struct.pack(f"{order}IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, link)]
    for at_s, data in frames:
        parts = divmod(round(at_s * 1e6), 1_000_000)
        held += [struct.pack(f"{order}IIII", *parts, len(data), len(data)), data]
    return b"".join(held)


def pcapng(frames: Iterable[tuple[float, bytes]], *, link: int = ETHERNET) -> bytes:
    """Write a pcapng of nanoseconds, with what tools put between the packets."""
    resolution = struct.pack("<HHB3xHH", 9, 1, 9, 0, 0)
    held = [
        _block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1)),
        _block(1, struct.pack("<HHI", link, 0, 0) + resolution),
        _block(4, struct.pack("<HH", 0, 0)),
    ]
    for at_s, data in frames:
        high, low = divmod(round(at_s * 1e9), 1 << 32)
        size = len(data)
        body = struct.pack("<IIIII", 0, high, low, size, size) + data + bytes(-size % 4)
        held.append(_block(6, body))
    return b"".join(held)


def _block(kind: int, body: bytes) -> bytes:
    size = struct.pack("<I", len(body) + 12)
    return struct.pack("<I", kind) + size + body + size


def tagged(data: bytes) -> bytes:
    """Put a frame into a VLAN in a VLAN."""
    return data[:12] + b"\x88\xa8\x00\x07\x81\x00\x00\x2a" + data[12:]


def cooked(data: bytes) -> bytes:
    """Give a frame as Linux's cooked capture on the server has it."""
    head = struct.pack("!HHH", _packet_type(data), 1, 6)
    return head + data[6:12] + bytes(2) + data[12:]


def cooked2(data: bytes) -> bytes:
    """Give it in that capture's second version."""
    head = data[12:14] + struct.pack("!HIHBB", 0, 3, 1, _packet_type(data), 6)
    return head + data[6:12] + bytes(2) + data[14:]


def shortened(frames: Frames, size: int) -> bytes:
    """Write a pcap that holds the beginning of each frame only."""
    head, *rest = (pcap([]), *frames)
    held = [head]
    for at_s, data in rest:
        parts = divmod(round(at_s * 1e6), 1_000_000)
        held += [struct.pack("<IIII", *parts, min(size, len(data)), len(data)), data[:size]]
    return b"".join(held)


def relayed(frames: Frames) -> Frames:
    """Give what the server's side of a relay sees of these, where it passes DHCPv6 on."""
    found: Frames = []
    for at_s, data in frames:
        ports = data[54:58] if data[12:14] == b"\x86\xdd" and data[20] == 17 else b""
        if ports in (_TO_SERVER, _TO_CLIENT):
            found.append((at_s, _wrapped(data, is_forwarded=ports == _TO_SERVER)))
        elif not data[0] & 1:
            found.append((at_s, routed(data)))
    return found


_TO_SERVER, _TO_CLIENT = b"\x02\x22\x02\x23", b"\x02\x23\x02\x22"
RELAY_MAC, RELAY_IP = bytes.fromhex("020000000009"), IPv6Address("2001:db8:1::1").packed
SERVER_IP = IPv6Address("2001:db8::1").packed


def _wrapped(data: bytes, *, is_forwarded: bool) -> bytes:
    """Put a DHCPv6 message into a relay's (RFC 8415, 9)."""
    peer = data[22:38] if is_forwarded else data[38:54]
    message = data[62:]
    head = bytes((12 if is_forwarded else 13, 0)) + RELAY_IP + peer
    wrapped = head + struct.pack("!HH", 9, len(message)) + message
    sides = ((RELAY_MAC, RELAY_IP), (SERVER_MAC, SERVER_IP))
    (source, source_ip), (target, target_ip) = sides if is_forwarded else sides[::-1]
    size = 8 + len(wrapped)
    network = struct.pack("!IHBB", 6 << 28, size, 17, 64) + source_ip + target_ip
    ports = struct.pack("!HHHH", 547, 547, size, 0)
    return target + source + b"\x86\xdd" + network + ports + wrapped


def _packet_type(data: bytes) -> int:
    if data[0] & 1:
        return 1 if data[:6] == b"\xff" * 6 else 2
    return 4 if data[6:12] != OWN_MAC else 0


def routed(data: bytes) -> bytes:
    """Give a frame as it is on the server's link, where a router stands before the machine."""
    sides = (data[:6], data[6:12])
    return b"".join(b"\x02\0\0\0\0\x09" if each == OWN_MAC else each for each in sides) + data[12:]


def renamed(frames: Frames, mac: bytes, *, address: int = 99) -> Frames:
    """Give what another machine would have done, with an address and transactions of its own."""
    old, new = bytes((192, 0, 2, 64)), bytes((192, 0, 2, address))
    return [(at_s, data.replace(OWN_MAC, mac).replace(old, new)) for at_s, data in frames]


def fetched(at_s: float, files: Iterable[tuple[str, bytes | None]]) -> Frames:
    """Give TFTP of small files, one by one; None: the server has no such file."""
    frames: Frames = []
    for number, (file, content) in enumerate(files):
        asked = b"\0\1" + file.encode() + b"\0octet\0"
        answer = b"\0\5\0\1File not found\0" if content is None else b"\0\3\0\1" + content
        said = [(True, 69, asked), (False, 5000 + number, answer)]
        said += [] if content is None else [(True, 5000 + number, b"\0\4\0\1")]
        for by_client, port, data in said:
            at_s += 0.01
            frames.append((at_s, datagram(by_client, 3000 + number, port, data)))
    return frames


def datagram(by_client: bool, own: int, port: int, data: bytes) -> bytes:
    """Give a frame between the recorded machine and its server."""
    sides = (OWN_MAC, bytes((192, 0, 2, 64)), own), (SERVER_MAC, bytes((192, 0, 2, 1)), port)
    (source, source_ip, source_port), (target, target_ip, target_port) = (
        sides if by_client else sides[::-1]
    )
    head = struct.pack("!BBHHHBBH", 0x45, 0, 28 + len(data), 0, 0, 64, 17, 0)
    ports = struct.pack("!HHHH", source_port, target_port, 8 + len(data), 0)
    return target + source + b"\x08\0" + head + source_ip + target_ip + ports + data


def fragments(data: bytes, size: int = 1480) -> list[bytes]:
    """Give a frame of IPv4 in fragments (RFC 791, 3.2)."""
    head, content, found = data[:34], data[34:], []
    for at in range(0, len(content), size):
        part = content[at : at + size]
        more = 0x2000 if at + size < len(content) else 0
        own = head[:16] + struct.pack("!HHH", 20 + len(part), 7, more | at // 8) + head[22:]
        found.append(own + part)
    return found


def merged(*several: Frames) -> Frames:
    """Give frames of several captures in the order of their time since the first of each."""
    shifted = [(at_s - each[0][0], data) for each in several for at_s, data in each]
    return sorted(shifted, key=lambda each: each[0])


AS: dict[str, Callable[[Frames], bytes]] = {
    "pcap": pcap,
    "big-endian": lambda frames: pcap(frames, order=">"),
    "pcapng": pcapng,
    "packed": lambda frames: gzip.compress(pcapng(frames)),
    "routed": lambda frames: pcap((at_s, routed(data)) for at_s, data in frames),
    "vlan": lambda frames: pcap((at_s, tagged(data)) for at_s, data in frames),
    "cooked": lambda frames: pcap(((s, cooked(d)) for s, d in frames), link=COOKED),
    "cooked2": lambda frames: pcapng(((s, cooked2(d)) for s, d in frames), link=COOKED2),
    "mirrored": lambda frames: pcap(
        (s + again, tagged(d) if again else d) for s, d in frames for again in (0.0, 0.0003)
    ),
    "cooked-doubles": lambda frames: pcap(
        ((s + again, cooked(d)) for s, d in frames for again in (0.0, 0.00002)), link=COOKED
    ),
}
"""How a capture may come → who writes it so."""
