"""A frame of a capture, taken apart as far as UDP, TCP and ICMP. No protocol above."""

import socket
import struct
from dataclasses import dataclass
from enum import IntEnum

from harness.model import Family


class Transport(IntEnum):
    """The IP protocol numbers that a boot uses."""

    ICMP = 1
    TCP = 6
    UDP = 17
    ICMPV6 = 58


_VLAN, _IPV4, _IPV6 = 0x8100, 0x0800, 0x86DD
_EXTENSION_HEADERS = frozenset({0, 43, 60})
"""Hop-by-hop options, routing, destination options: all have the same head."""
_ETHERNET_HEAD, _IPV6_HEAD, _UDP_HEAD = 14, 40, 8
TCP_FIN, TCP_SYN, TCP_RST, TCP_ACK = 0x01, 0x02, 0x04, 0x10


@dataclass(slots=True)
class Frame:
    """One frame. Addresses are raw bytes: most frames are never shown to anybody."""

    number: int
    time_s: float
    source_mac: bytes
    target_mac: bytes
    family: Family
    source: bytes
    target: bytes
    transport: int
    source_port: int = 0
    target_port: int = 0
    payload: bytes = b""
    length: int = 0
    """Of the payload on the wire: the capture may hold less of it."""
    sequence: int = 0
    acknowledged: int = 0
    flags: int = 0


def parse_frame(number: int, time_s: float, data: bytes) -> Frame | None:
    """Take an Ethernet frame apart; None when it carries nothing that a boot uses.

    Raises:
        struct.error, IndexError, ValueError: it is cut short, or garbage.
    """
    kind, offset = int.from_bytes(data[12:14], "big"), _ETHERNET_HEAD
    if kind == _VLAN:
        kind, offset = int.from_bytes(data[16:18], "big"), _ETHERNET_HEAD + 4
    if kind == _IPV4:
        found = _ipv4(data, offset)
    elif kind == _IPV6:
        found = _ipv6(data, offset)
    else:
        return None
    if found is None:
        return None
    family, source, target, transport, start, length = found
    frame = Frame(
        number, time_s, data[6:12], data[0:6], family, source, target, transport, length=length
    )
    return _transport(frame, data, start)


_Packet = tuple[Family, bytes, bytes, int, int, int]


def _ipv4(data: bytes, offset: int) -> _Packet | None:
    """Give family, addresses, protocol, and where its payload starts and how long it is."""
    head = (data[offset] & 0x0F) * 4
    total, _, fragment = struct.unpack_from("!HHH", data, offset + 2)
    if fragment & 0x1FFF:
        return None
    source, target = data[offset + 12 : offset + 16], data[offset + 16 : offset + 20]
    return Family.IPV4, source, target, data[offset + 9], offset + head, total - head


def _ipv6(data: bytes, offset: int) -> _Packet:
    """Give the same for IPv6, behind its extension headers."""
    length, following = struct.unpack_from("!HB", data, offset + 4)
    source, target = data[offset + 8 : offset + 24], data[offset + 24 : offset + 40]
    start = offset + _IPV6_HEAD
    while following in _EXTENSION_HEADERS:
        following, size = data[start], (data[start + 1] + 1) * 8
        start, length = start + size, length - size
    return Family.IPV6, source, target, following, start, length


def _transport(frame: Frame, data: bytes, start: int) -> Frame | None:
    """Fill in ports, flags and payload."""
    if frame.transport == Transport.UDP:
        frame.source_port, frame.target_port = struct.unpack_from("!HH", data, start)
        head = _UDP_HEAD
    elif frame.transport == Transport.TCP:
        ports_and_numbers = struct.unpack_from("!HHIIBB", data, start)
        frame.source_port, frame.target_port, frame.sequence = ports_and_numbers[:3]
        frame.acknowledged, frame.flags = ports_and_numbers[3], ports_and_numbers[5]
        head = (ports_and_numbers[4] >> 4) * 4
    elif frame.transport in (Transport.ICMP, Transport.ICMPV6):
        head = 0
    else:
        return None
    frame.length = max(0, frame.length - head)
    # Ethernet pads short frames: never read past what the IP header promised.
    frame.payload = data[start + head : start + head + frame.length]
    return frame


def mac_text(mac: bytes) -> str:
    """Write a MAC address as people do."""
    return mac.hex(":")


def address_text(address: bytes) -> str:
    """Write an IP address as people do."""
    family = socket.AF_INET if len(address) == 4 else socket.AF_INET6
    return socket.inet_ntop(family, address)
