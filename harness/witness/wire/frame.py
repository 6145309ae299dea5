"""A frame of a capture, down to UDP, TCP and ICMP. No protocol above."""

import socket
import struct
from dataclasses import dataclass
from enum import IntEnum
from typing import TypedDict

from harness.model import Family
from harness.witness.wire.packet import Packet, dissect, inet, inet6, l2


class Transport(IntEnum):
    """The IP protocol numbers that a boot uses."""

    ICMP = 1
    TCP = 6
    UDP = 17
    ICMPV6 = 58


_TRANSPORTS: dict[type[Packet], Transport] = {
    inet.ICMP: Transport.ICMP,
    inet.TCP: Transport.TCP,
    inet.UDP: Transport.UDP,
    inet6.ICMPv6DestUnreach: Transport.ICMPV6,
    inet6.ICMPv6EchoRequest: Transport.ICMPV6,
    inet6.ICMPv6EchoReply: Transport.ICMPV6,
    inet6.ICMPv6ND_RA: Transport.ICMPV6,
}
TCP_FIN, TCP_SYN, TCP_RST, TCP_ACK = 0x01, 0x02, 0x04, 0x10
HALF, WHOLE = 1 << 31, 1 << 32
"""TCP's sequence numbers begin again at the whole."""
TFTP_DATA, TFTP_ACK = b"\0\3", b"\0\4"
_UDP_HEAD, _TCP_HEAD = 8, 20


@dataclass(slots=True, kw_only=True)
class Frame:
    """One frame."""

    number: int
    time_s: float
    source_mac: str
    target_mac: str
    family: Family
    source: str
    target: str
    transport: Transport
    source_port: int = 0
    target_port: int = 0
    payload: bytes = b""
    length: int = 0
    """Of the payload on the wire: the capture may hold less of it."""
    sequence: int = 0
    acknowledged: int = 0
    flags: int = 0
    options: bytes = b""
    """TCP's."""


class Asked(TypedDict):
    """Who asked whom, as every event of a request has it."""

    time_s: float
    frame: int
    family: Family
    client: str
    client_mac: str
    server: str


class Answered(Asked):
    """The same of what the server sends, whose MAC address then is known."""

    server_mac: str


def behind(number: int, other: int) -> bool:
    """Whether a sequence number is at or behind another, around the wrap."""
    return (number - other) % WHOLE < HALF


def asked(frame: Frame) -> Asked:
    """Give who asks whom by a frame of a client's."""
    return {
        "time_s": frame.time_s,
        "frame": frame.number,
        "family": frame.family,
        "client": frame.source,
        "client_mac": frame.source_mac,
        "server": frame.target,
    }


def answered(frame: Frame) -> Answered:
    """Give who answers whom by a frame of a server's."""
    return {
        "time_s": frame.time_s,
        "frame": frame.number,
        "family": frame.family,
        "client": frame.target,
        "client_mac": frame.target_mac,
        "server": frame.source,
        "server_mac": frame.source_mac,
    }


def parse_frame(number: int, time_s: float, data: bytes) -> Frame | None:
    """Take an Ethernet frame apart; None when it carries nothing that a boot uses.

    A struct.error or ValueError says that it is cut short, or garbage.
    """
    return read_bulk(number, time_s, data) or dissect_frame(number, time_s, data)


def dissect_frame(number: int, time_s: float, data: bytes) -> Frame | None:
    """Let scapy take a frame apart: with tags, IP options and extension headers."""
    ether = dissect(l2.Ether, data)
    layers = list(ether.iterpayloads())
    network = next((each for each in layers if isinstance(each, inet.IP | inet6.IPv6)), None)
    layer = next((each for each in layers if type(each) in _TRANSPORTS), None)
    if network is None or layer is None:
        return None
    if isinstance(network, inet.IP):
        family, promised = Family.IPV4, network.len - network.ihl * 4
    else:
        family, promised = Family.IPV6, network.plen
    frame = Frame(
        number=number,
        time_s=time_s,
        source_mac=ether.src,
        target_mac=ether.dst,
        family=family,
        source=network.src,
        target=network.dst,
        transport=_TRANSPORTS[type(layer)],
        payload=layer.original,
    )
    if isinstance(layer, inet.UDP | inet.TCP):
        frame.source_port, frame.target_port = layer.sport, layer.dport
        head = _UDP_HEAD if isinstance(layer, inet.UDP) else layer.dataofs * 4
        frame.payload = layer.original[head:]
    if isinstance(layer, inet.TCP):
        frame.sequence, frame.acknowledged, frame.flags = layer.seq, layer.ack, int(layer.flags)
        frame.options = layer.original[_TCP_HEAD:head]
    frame.length = len(frame.payload) + max(0, promised - len(network.payload.original))
    if isinstance(layer, inet.UDP) and layer.len > frame.length + _UDP_HEAD:
        # The first fragment of a datagram speaks for the whole.
        frame.length = layer.len - _UDP_HEAD
    return frame


# A boot moves megabytes, and scapy needs a quarter of a millisecond for each frame.
# Those that carry a piece of a file look all the same: they are read at fixed places.

_IPV4, _IPV6 = b"\x08\x00", b"\x86\xdd"
_HEADS = {
    _IPV4: (Family.IPV4, socket.AF_INET, struct.Struct("!6s6s4xH5xB2x4s4s"), 20),
    _IPV6: (Family.IPV6, socket.AF_INET6, struct.Struct("!6s6s6xHBx16s16s"), 0),
}
"""By EtherType: MAC addresses, length, protocol and addresses; how much of the length is head."""
_PORTS, _TCP = struct.Struct("!HH"), struct.Struct("!4xIIBB")
_PRIVILEGED = 1024


def read_bulk(number: int, time_s: float, data: bytes) -> Frame | None:
    """Read a segment of an open TCP connection, a TFTP block or its acknowledgement."""
    kind = data[12:14]
    if kind not in _HEADS:
        return None
    if kind == _IPV4 and (data[14] != 0x45 or data[20] & 0x3F or data[21]):
        return None  # with options, or a fragment
    family, addresses, head, counted = _HEADS[kind]
    target_mac, source_mac, length, transport, source, target = head.unpack_from(data)
    if transport not in (Transport.TCP, Transport.UDP):
        return None
    frame = Frame(
        number=number,
        time_s=time_s,
        source_mac=source_mac.hex(":"),
        target_mac=target_mac.hex(":"),
        family=family,
        source=socket.inet_ntop(addresses, source),
        target=socket.inet_ntop(addresses, target),
        transport=Transport(transport),
        length=length - counted,
    )
    return frame if _is_bulk(frame, data, head.size) else None


def _is_bulk(frame: Frame, data: bytes, start: int) -> bool:
    """Fill in ports, numbers and payload; say whether there is nothing else to the frame."""
    frame.source_port, frame.target_port = _PORTS.unpack_from(data, start)
    head = _UDP_HEAD
    if frame.transport == Transport.TCP:
        numbers = _TCP.unpack_from(data, start)
        frame.sequence, frame.acknowledged, offset, frame.flags = numbers
        head = (offset >> 4) * 4
        frame.options = data[start + _TCP_HEAD : start + head]
    frame.length = max(0, frame.length - head)
    # Ethernet pads short frames: never read past what the IP header promised.
    frame.payload = data[start + head : start + head + frame.length]
    if frame.transport == Transport.TCP:
        return not frame.flags & (TCP_SYN | TCP_FIN | TCP_RST)
    ports = (frame.source_port, frame.target_port)
    return min(ports) >= _PRIVILEGED and frame.payload[:2] in (TFTP_DATA, TFTP_ACK)
