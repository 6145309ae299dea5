"""Router advertisements (RFC 4861), and ports that nobody listens on."""

from collections.abc import Mapping
from dataclasses import replace

from harness.model import Family
from harness.witness.wire.configuration import Option, Prefix, RouterAdvertisement
from harness.witness.wire.event import CLOSED_UDP, Refusal
from harness.witness.wire.frame import Frame, answered
from harness.witness.wire.option_words import (
    Words,
    hexadecimal,
    ipv6,
    names,
    number,
    said,
    seconds,
    text,
)
from harness.witness.wire.packet import Packet, dissect, inet, inet6

_ADVERTISEMENT = 134
_PROHIBITED = "administratively prohibited"
_UNREACHABLE = {
    (Family.IPV4, 3, 0): "network unreachable",
    (Family.IPV4, 3, 1): "host unreachable",
    (Family.IPV4, 3, 2): "protocol unreachable",
    (Family.IPV4, 3, 3): CLOSED_UDP,
    (Family.IPV4, 3, 9): _PROHIBITED,
    (Family.IPV4, 3, 10): _PROHIBITED,
    (Family.IPV4, 3, 13): _PROHIBITED,
    (Family.IPV6, 1, 0): "no route",
    (Family.IPV6, 1, 1): _PROHIBITED,
    (Family.IPV6, 1, 3): "address unreachable",
    (Family.IPV6, 1, 4): CLOSED_UDP,
    (Family.IPV6, 1, 5): "refused by a filter for its source",
    (Family.IPV6, 1, 6): "the route to it is rejected",
}
"""By type and code (RFC 792, RFC 1812 5.2.7.1, RFC 4443 3.1)."""


def parse_advertisement(frame: Frame) -> RouterAdvertisement | None:
    """Read a router advertisement; None when it is another message."""
    if frame.family is not Family.IPV6 or frame.payload[0] != _ADVERTISEMENT:
        return None
    message = dissect(inet6.ICMPv6ND_RA, frame.payload)
    told = list(message.payload.iterpayloads()) if message.payload else []
    return RouterAdvertisement(
        time_s=frame.time_s,
        frame=frame.number,
        family=Family.IPV6,
        server=frame.source,
        server_mac=frame.source_mac,
        managed=bool(message.M),
        other=bool(message.O),
        prefixes=tuple(_prefix(o) for o in told if isinstance(o, inet6.ICMPv6NDOptPrefixInfo)),
        lifetime_s=message.routerlifetime,
        preference=_PREFERENCES[message.prf],
        hop_limit=message.chlim,
        reachable_ms=message.reachabletime,
        retransmit_ms=message.retranstimer,
        options=tuple(filter(None, map(_option, told))),
    )


def _prefix(option: inet6.ICMPv6NDOptPrefixInfo) -> Prefix:
    return Prefix(
        prefix=f"{option.prefix}/{option.prefixlen}",
        on_link=bool(option.L),
        autonomous=bool(option.A),
        valid_s=option.validlifetime,
        preferred_s=option.preferredlifetime,
    )


def _option(option: Packet) -> Option | None:
    """Say an option; None of what a prefix or the router's card is."""
    code, content = option.original[0], option.original[2 : 8 * option.original[1]]
    if code in _ASIDE:
        return None
    name, words = _OPTIONS.get(code, (f"option {code}", hexadecimal))
    return Option(code=code, name=name, value=said(words, content))


def _dns(content: bytes) -> str:
    return f"{ipv6(content[6:])} for {seconds(content[2:6])}"


def _search(content: bytes) -> str:
    """Say a list of domains (RFC 8106): padded with zeros, which are no names."""
    domains = content[6:].rstrip(b"\0") + b"\0"
    return f"{names(domains)} for {seconds(content[2:6])}"


def _route(content: bytes) -> str:
    """Say a route (RFC 4191): its length, its preference, how long it holds."""
    prefix = ipv6(content[6:].ljust(16, b"\0"))
    preference = _PREFERENCES[content[1] >> 3 & 3]
    return f"{prefix}/{content[0]} preference {preference} for {seconds(content[2:6])}"


_PREFERENCES = ("medium", "high", "reserved", "low")
_ASIDE = frozenset({1, 3})
_OPTIONS: Mapping[int, tuple[str, Words]] = {
    5: ("MTU", lambda content: number(content[2:])),
    7: ("advertised every", lambda content: f"{number(content[2:])} ms"),
    24: ("route", _route),
    25: ("DNS", _dns),
    31: ("search", _search),
    37: ("captive portal", text),
}
"""By option: its name, and how its value is said."""


def parse_unreachable(frame: Frame) -> Refusal | None:
    """Read why a packet has not come to its port; None when it is another ICMP message.

    The message quotes the packet that it answers, from its IP header on: whom that was for may be
    another than who says so, a router.
    """
    why = _UNREACHABLE.get((frame.family, frame.payload[0], frame.payload[1]))
    if why is None:
        return None
    message = dissect(
        inet.ICMP if frame.family is Family.IPV4 else inet6.ICMPv6DestUnreach, frame.payload
    )
    server = frame.source
    for quoted in message.iterpayloads():
        if isinstance(quoted, inet.IPerror | inet6.IPerror6):
            server = quoted.dst
        if isinstance(quoted, inet.TCPerror | inet.UDPerror):
            transport = "tcp" if isinstance(quoted, inet.TCPerror) else "udp"
            return replace(refusal(frame, transport, quoted.dport, why), server=server)
    return None


def refusal(frame: Frame, transport: str, port: int, why: str) -> Refusal:
    """Make the event of a refusal that the server sent with `frame`."""
    return Refusal(**answered(frame), transport=transport, port=port, why=why)
