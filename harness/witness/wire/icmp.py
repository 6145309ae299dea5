"""Router advertisements (RFC 4861), and ports that nobody listens on."""

from harness.model import Family
from harness.witness.wire import Prefix, Refusal, RouterAdvertisement
from harness.witness.wire.frame import Frame, answered
from harness.witness.wire.packet import dissect, inet, inet6

_ADVERTISEMENT = 134
_UNREACHABLE = {
    (Family.IPV4, 3, 2): "protocol unreachable",
    (Family.IPV4, 3, 3): "port unreachable",
    (Family.IPV6, 1, 4): "port unreachable",
}


def parse_advertisement(frame: Frame) -> RouterAdvertisement | None:
    """Read a router advertisement; None when it is another message."""
    if frame.family is not Family.IPV6 or frame.payload[0] != _ADVERTISEMENT:
        return None
    message = dissect(inet6.ICMPv6ND_RA, frame.payload)
    return RouterAdvertisement(
        time_s=frame.time_s,
        frame=frame.number,
        family=Family.IPV6,
        server=frame.source,
        server_mac=frame.source_mac,
        managed=bool(message.M),
        other=bool(message.O),
        prefixes=tuple(
            Prefix(
                prefix=f"{option.prefix}/{option.prefixlen}",
                on_link=bool(option.L),
                autonomous=bool(option.A),
            )
            for option in message.iterpayloads()
            if isinstance(option, inet6.ICMPv6NDOptPrefixInfo)
        ),
    )


def parse_unreachable(frame: Frame) -> Refusal | None:
    """Read "nobody listens on this port"; None when it is another ICMP message.

    The message quotes the packet that it answers, from its IP header on.
    """
    why = _UNREACHABLE.get((frame.family, frame.payload[0], frame.payload[1]))
    if why is None:
        return None
    message = dissect(
        inet.ICMP if frame.family is Family.IPV4 else inet6.ICMPv6DestUnreach, frame.payload
    )
    for quoted in message.iterpayloads():
        if isinstance(quoted, inet.TCPerror | inet.UDPerror):
            transport = "tcp" if isinstance(quoted, inet.TCPerror) else "udp"
            return refusal(frame, transport, quoted.dport, why)
    return None


def refusal(frame: Frame, transport: str, port: int, why: str) -> Refusal:
    """Make the event of a refusal that the server sent with `frame`."""
    return Refusal(**answered(frame), transport=transport, port=port, why=why)
