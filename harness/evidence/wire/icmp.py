"""Router advertisements (RFC 4861), and ports that nobody listens on."""

import struct
from collections.abc import Iterator

from harness.evidence.wire.event import Prefix, Refusal, RouterAdvertisement
from harness.evidence.wire.frame import Frame, Transport, address_text, mac_text, parse_frame
from harness.model import Family

_ADVERTISEMENT, _PREFIX_OPTION = 134, 3
_MANAGED, _OTHER, _ON_LINK, _AUTONOMOUS = 0x80, 0x40, 0x80, 0x40
_UNREACHABLE = {
    (Family.IPV4, 3, 2): "protocol unreachable",
    (Family.IPV4, 3, 3): "port unreachable",
    (Family.IPV6, 1, 4): "port unreachable",
}


def parse_advertisement(frame: Frame) -> RouterAdvertisement | None:
    """Read a router advertisement; None when it is another ICMPv6 message."""
    data = frame.payload
    if frame.transport != Transport.ICMPV6 or data[:1] != bytes([_ADVERTISEMENT]):
        return None
    flags, lifetime = struct.unpack_from("!BH", data, 5)
    return RouterAdvertisement(
        time_s=frame.time_s,
        frame=frame.number,
        family=Family.IPV6,
        server=address_text(frame.source),
        server_mac=mac_text(frame.source_mac),
        managed=bool(flags & _MANAGED),
        other=bool(flags & _OTHER),
        lifetime_s=lifetime,
        prefixes=tuple(_prefixes(data[16:])),
    )


def _prefixes(options: bytes) -> Iterator[Prefix]:
    """Go through the prefix information options."""
    at = 0
    while at + 2 <= len(options) and options[at + 1]:
        option = options[at : at + options[at + 1] * 8]
        if option[0] == _PREFIX_OPTION and len(option) == 32:
            yield Prefix(
                prefix=f"{address_text(option[16:32])}/{option[2]}",
                on_link=bool(option[3] & _ON_LINK),
                autonomous=bool(option[3] & _AUTONOMOUS),
            )
        at += len(option)


def parse_unreachable(frame: Frame) -> Refusal | None:
    """Read "nobody listens on this port"; None when it is another ICMP message.

    The message quotes the packet that it answers, from its IP header on.
    """
    data = frame.payload
    why = _UNREACHABLE.get((frame.family, data[0], data[1]))
    if why is None:
        return None
    kind = b"\x08\x00" if frame.family is Family.IPV4 else b"\x86\xdd"
    quoted = parse_frame(frame.number, frame.time_s, bytes(12) + kind + data[8:])
    if quoted is None or quoted.transport not in (Transport.TCP, Transport.UDP):
        return None
    return refusal(frame, Transport(quoted.transport).name.lower(), quoted.target_port, why)


def refusal(frame: Frame, transport: str, port: int, why: str) -> Refusal:
    """Make the event of a refusal that the server sent with `frame`."""
    return Refusal(
        time_s=frame.time_s,
        frame=frame.number,
        family=frame.family,
        client=address_text(frame.target),
        client_mac=mac_text(frame.target_mac),
        server=address_text(frame.source),
        server_mac=mac_text(frame.source_mac),
        transport=transport,
        port=port,
        why=why,
    )
