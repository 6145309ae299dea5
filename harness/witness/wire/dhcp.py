"""DHCPv4 (RFC 2131, 2132, 4578) and DHCPv6 (RFC 8415, 5970) messages."""

import struct
from collections.abc import Mapping, Sequence
from dataclasses import replace
from ipaddress import IPv6Address
from typing import TypedDict

from harness.model import PROXY_DHCP_PORT, VENDOR_CLASS_HTTP, VENDOR_CLASS_PXE, Family
from harness.witness.eui64 import mac_of
from harness.witness.wire import dhcp4_options as v4
from harness.witness.wire import dhcp6_options as v6
from harness.witness.wire.configuration import DhcpKind, DhcpMessage, Option
from harness.witness.wire.frame import Asked, Frame, answered, asked
from harness.witness.wire.option_words import each_long, ipv4
from harness.witness.wire.packet import dhcp, dissect

DHCPV4_PORTS = frozenset({67, 68, PROXY_DHCP_PORT})
DHCPV6_PORTS = frozenset({546, 547})

_KINDS_V4 = {
    1: DhcpKind.DISCOVER,
    2: DhcpKind.OFFER,
    3: DhcpKind.REQUEST,
    4: DhcpKind.DECLINE,
    5: DhcpKind.ACK,
    6: DhcpKind.NAK,
    7: DhcpKind.RELEASE,
    8: DhcpKind.INFORM,
}
"""By option 53 (RFC 2132 9.6)."""
DHCPV6_KINDS = {
    1: DhcpKind.SOLICIT,
    2: DhcpKind.ADVERTISE,
    3: DhcpKind.REQUEST6,
    4: DhcpKind.CONFIRM6,
    5: DhcpKind.RENEW6,
    6: DhcpKind.REBIND6,
    7: DhcpKind.REPLY,
    8: DhcpKind.RELEASE6,
    9: DhcpKind.DECLINE6,
    11: DhcpKind.INFORM6,
}
"""By the message's type (RFC 8415 7.3); 10 is a server's RECONFIGURE."""
DHCPV4_COOKIE = b"\x63\x82\x53\x63"
"""What DHCPv4's options begin with, behind BOOTP's fields."""
_BOOTP_HEAD, _V6_HEAD = 236, 4
_SERVER_PORT = 67
_OF_RELAYS = frozenset({v6.RELAY_FORW, v6.RELAY_REPL})
_RELAY_HEAD = struct.Struct("!2x16s16s")
"""Link-address and peer-address."""
_IS_ETHERNET, _NOBODY = b"\0\1", "00:00:00:00:00:00"


def parse_dhcpv4(frame: Frame) -> DhcpMessage | None:
    """Read a DHCPv4 message; None when it is plain BOOTP or none at all."""
    message = dissect(dhcp.BOOTP, frame.payload)
    options = _options_v4(frame.payload, message)
    kind = _KINDS_V4.get(_number(options.get(v4.MESSAGE_TYPE, b"")) or 0)
    if kind is None:
        return None
    # Of what a relay passes on, the server is who calls itself so (RFC 2131 4.1, RFC 2132 9.7).
    is_relayed = bool(_known(message.giaddr))
    server = (_address(options, v4.SERVER_ID) if is_relayed else "") or frame.source
    return DhcpMessage(
        time_s=frame.time_s,
        frame=frame.number,
        family=Family.IPV4,
        kind=kind,
        xid=message.xid,
        port=frame.source_port if kind.from_server else frame.target_port,
        client=_known(message.ciaddr),
        client_mac=message.chaddr[:6].hex(":"),
        server=server if kind.from_server else "",
        server_mac=frame.source_mac if kind.from_server else "",
        client_arch=_number(options.get(v4.CLIENT_ARCH, b"")[:2]),
        vendor_class=_text(options.get(v4.VENDOR_CLASS, b"")),
        user_class=_user_class(options.get(v4.USER_CLASS, b"")),
        server_id=_address(options, v4.SERVER_ID),
        address=_known(message.yiaddr) or _address(options, v4.REQUESTED_ADDRESS),
        next_server=_known(message.siaddr),
        server_name="" if _overload(options) & 2 else _text(message.sname),
        bootfile=_text(options.get(v4.BOOTFILE, b"" if _overload(options) & 1 else message.file)),
        boot_server=frame.target if frame.target_port == PROXY_DHCP_PORT else "",
        # What it hands on to the client itself has its address as well.
        relay=_known(message.giaddr) if frame.target_port == _SERVER_PORT else "",
        **_given_v4(options if kind.from_server else {}),
    )


def parse_dhcpv6(frame: Frame) -> DhcpMessage | None:
    """Read a DHCPv6 message, one that a relay has wrapped, too; None when it is none at all."""
    if frame.payload[0] in _OF_RELAYS:
        return _relayed6(frame)
    kind = DHCPV6_KINDS.get(frame.payload[0])
    if kind is None:
        return None
    content = list(each_long(frame.payload[_V6_HEAD:]))
    options = dict(reversed(content))
    # A client asks all servers, whose address is nobody's.
    sides: Asked = answered(frame) if kind.from_server else {**asked(frame), "server": ""}
    status, said = v6.status_of(options)
    return DhcpMessage(
        **sides,
        kind=kind,
        xid=int.from_bytes(frame.payload[1:_V6_HEAD], "big"),
        client_arch=_number(options.get(v6.CLIENT_ARCH, b"")[:2]),
        vendor_class=_vendor_class6(options.get(v6.VENDOR_CLASS, b"")),
        user_class=_counted(options.get(v6.USER_CLASS, b"")),
        client_id=options.get(v6.CLIENT_ID, b"").hex(),
        server_id=options.get(v6.SERVER_ID, b"").hex(),
        address=v6.Association.of(options).address,
        bootfile=_text(options.get(v6.BOOTFILE, b"")),
        status=status,
        status_text=said,
        **_given_v6(content if kind.from_server else ()),
    )


def _relayed6(frame: Frame) -> DhcpMessage | None:
    """Read what relays have wrapped, one around the other (RFC 8415, 9), as the client's own.

    To a relay its client is a link-local address, which most cards make of their MAC address, and
    some relays say that beside it (RFC 6939).
    """
    is_forwarded = frame.payload[0] == v6.RELAY_FORW
    payload, relay, client, mac = frame.payload, "", "", ""
    while payload[:1] and payload[0] in _OF_RELAYS:
        link, peer = _RELAY_HEAD.unpack_from(payload)
        options = dict(reversed(list(each_long(payload[_RELAY_HEAD.size :]))))
        told = options.get(v6.CLIENT_LINK_LAYER, b"")
        relay, client = str(IPv6Address(link)), str(IPv6Address(peer))
        mac = told[2:8].hex(":") if told[:2] == _IS_ETHERNET and len(told) == 8 else ""
        payload = options.get(v6.RELAY_MESSAGE, b"")
    client_mac = mac or mac_of(client) or _NOBODY
    if not payload:
        return None
    bare = replace(frame, payload=payload)
    if is_forwarded:
        bare.source, bare.source_mac = client, client_mac
    else:
        bare.target, bare.target_mac = client, client_mac
    message = parse_dhcpv6(bare)
    return None if message is None else replace(message, relay=relay)


class _Given(TypedDict):
    """What a server gives besides address and file."""

    valid_s: int | None
    preferred_s: int | None
    t1_s: int | None
    t2_s: int | None
    options: tuple[Option, ...]


def _given_v4(options: Mapping[int, bytes]) -> _Given:
    return {
        "valid_s": _number(options.get(v4.LEASE_TIME, b"")),
        "preferred_s": None,
        "t1_s": _number(options.get(v4.T1, b"")),
        "t2_s": _number(options.get(v4.T2, b"")),
        "options": tuple(v4.in_words(options)),
    }


def _given_v6(options: Sequence[tuple[int, bytes]]) -> _Given:
    given = v6.Association.of(dict(reversed(options)))
    return {
        "valid_s": given.valid_s,
        "preferred_s": given.preferred_s,
        "t1_s": given.t1_s,
        "t2_s": given.t2_s,
        "options": tuple(v6.in_words(options)),
    }


def _options_v4(payload: bytes, message: dhcp.BOOTP) -> dict[int, bytes]:
    """Read the options, those in overloaded fields too (RFC 2132 9.3)."""
    start = _BOOTP_HEAD + len(DHCPV4_COOKIE)
    if payload[_BOOTP_HEAD:start] != DHCPV4_COOKIE:
        return {}
    options = v4.read(payload[start:])
    fields = (message.file, message.sname)
    held = [area for bit, area in enumerate(fields) if _overload(options) & 1 << bit]
    return v4.read(payload[start:], *held) if held else options


def _overload(options: Mapping[int, bytes]) -> int:
    """Say which fields hold options: 1 `file`, which then names none, 2 `sname`."""
    return _number(options.get(v4.OVERLOAD, b"")) or 0


def _address(options: Mapping[int, bytes], code: int) -> str:
    value = options.get(code, b"")
    return _known(ipv4(value)) if len(value) == 4 else ""


def _user_class(value: bytes) -> str:
    """Read option 77: RFC 3004 counts each class, iPXE sends its bare name."""
    if value and value[0] == len(value) - 1:
        return _text(value[1:])
    return _text(value)


def _counted(value: bytes) -> str:
    """Read the first of DHCPv6's counted strings.

    Some clients (iPXE before 2016) leave the count out: then the text is all there is.
    """
    size = int.from_bytes(value[:2], "big")
    return _text(value[2 : 2 + size] if len(value) >= 2 + size else value)


def _vendor_class6(value: bytes) -> str:
    """Read option 16: a number of four bytes, then counted texts.

    EDK II looks behind six bytes, whatever the count says: dnsmasq can give no right one.
    """
    told = _text(value[6:])
    is_known = told.startswith((VENDOR_CLASS_HTTP, VENDOR_CLASS_PXE))
    return told if is_known else _counted(value[4:])


def _number(value: bytes) -> int | None:
    return int.from_bytes(value, "big") if value else None


def _known(address: str) -> str:
    return "" if address == "0.0.0.0" else address


def _text(value: bytes) -> str:
    return value.split(b"\0", 1)[0].decode(errors="replace")
