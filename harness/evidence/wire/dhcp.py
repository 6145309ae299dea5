"""DHCPv4 (RFC 2131, 2132, 4578) and DHCPv6 (RFC 8415, 5970) messages, from their bytes."""

import struct
from collections.abc import Iterator

from harness.evidence.wire.event import DhcpKind, DhcpMessage
from harness.evidence.wire.frame import Frame, address_text, mac_text
from harness.model import Family

DHCPV4_PORTS = frozenset({67, 68, 4011})
"""4011 is PXE's boot server (proxy DHCP)."""
DHCPV6_PORTS = frozenset({546, 547})

_MAGIC = b"\x63\x82\x53\x63"
_HEAD, _SNAME, _FILE = 240, slice(44, 108), slice(108, 236)
_PAD, _END, _OVERLOAD = 0, 255, 52
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
_KINDS_V6 = {
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
_IA_NA, _IA_ADDRESS = 3, 5


def parse_dhcpv4(frame: Frame) -> DhcpMessage | None:
    """Read a DHCPv4 message; None when it is plain BOOTP or none at all."""
    data = frame.payload
    if data[236:240] != _MAGIC:
        return None
    options = _options_v4(data)
    kind = _KINDS_V4.get(_number(options.get(53)) or 0)
    if kind is None:
        return None
    server, server_mac = _server(frame, kind)
    return DhcpMessage(
        time_s=frame.time_s,
        frame=frame.number,
        family=Family.IPV4,
        kind=kind,
        xid=int.from_bytes(data[4:8], "big"),
        client=_ipv4(data[12:16]),
        client_mac=mac_text(data[28:34]),
        server=server,
        server_mac=server_mac,
        client_arch=_number(options.get(93)),
        vendor_class=_text(options.get(60, b"")),
        user_class=_user_class(options.get(77, b"")),
        server_id=_ipv4(options.get(54, b"")),
        address=_ipv4(data[16:20]) or _ipv4(options.get(50, b"")),
        next_server=_ipv4(data[20:24]),
        bootfile=_bootfile_v4(data, options),
    )


def parse_dhcpv6(frame: Frame) -> DhcpMessage | None:
    """Read a DHCPv6 message; None when it is a relay's or none at all."""
    data = frame.payload
    kind = _KINDS_V6.get(data[0])
    if kind is None:
        return None
    options = dict(_options_v6(data[4:]))
    server, server_mac = _server(frame, kind)
    client, mac = frame.source, frame.source_mac
    if kind.from_server:
        client, mac = frame.target, frame.target_mac
    return DhcpMessage(
        time_s=frame.time_s,
        frame=frame.number,
        family=Family.IPV6,
        kind=kind,
        xid=int.from_bytes(data[1:4], "big"),
        client=address_text(client),
        client_mac=mac_text(mac),
        server=server,
        server_mac=server_mac,
        client_arch=_number(options.get(61, b"")[:2]),
        vendor_class=_counted(options.get(16, b"")[4:]),
        user_class=_counted(options.get(15, b"")),
        server_id=options.get(2, b"").hex(),
        address=_leased_v6(options.get(_IA_NA, b"")),
        bootfile=_text(options.get(59, b"")),
    )


def _server(frame: Frame, kind: DhcpKind) -> tuple[str, str]:
    """Give the address and the MAC of the server that sent this; nothing for a client's."""
    if not kind.from_server:
        return "", ""
    return address_text(frame.source), mac_text(frame.source_mac)


def _options_v4(data: bytes) -> dict[int, bytes]:
    """Read the options, those in the overloaded `file` and `sname` fields too (RFC 2132 9.3).

    An option that comes in parts is put together (RFC 3396).
    """
    options: dict[int, bytes] = {}
    _add_options(options, data[_HEAD:])
    overload = _number(options.get(_OVERLOAD)) or 0
    if overload & 1:
        _add_options(options, data[_FILE])
    if overload & 2:
        _add_options(options, data[_SNAME])
    return options


def _add_options(options: dict[int, bytes], field: bytes) -> None:
    """Add the options of one field to those found so far."""
    at = 0
    while at < len(field) and field[at] != _END:
        if field[at] == _PAD:
            at += 1
            continue
        code, length = field[at], field[at + 1]
        options[code] = options.get(code, b"") + field[at + 2 : at + 2 + length]
        at += 2 + length


def _options_v6(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Go through DHCPv6 options; a broken length ends them."""
    at = 0
    while at + 4 <= len(data):
        code, length = struct.unpack_from("!HH", data, at)
        yield code, data[at + 4 : at + 4 + length]
        at += 4 + length


def _leased_v6(association: bytes) -> str:
    """Give the first address of an identity association; "" without one."""
    for code, value in _options_v6(association[12:]):
        if code == _IA_ADDRESS and len(value) >= 16:
            return address_text(value[:16])
    return ""


def _bootfile_v4(data: bytes, options: dict[int, bytes]) -> str:
    """Give option 67, else the `file` field unless options lie in it."""
    if 67 in options:
        return _text(options[67])
    overload = _number(options.get(_OVERLOAD)) or 0
    return "" if overload & 1 else _text(data[_FILE])


def _user_class(value: bytes) -> str:
    """Read option 77: RFC 3004 counts each class, iPXE sends its bare name."""
    if value and value[0] == len(value) - 1:
        return _text(value[1:])
    return _text(value)


def _counted(value: bytes) -> str:
    """Read the first of DHCPv6's counted strings.

    Some clients (iPXE before 2016) leave the count out: then the text is all there is.
    """
    length = int.from_bytes(value[:2], "big")
    return _text(value[2 : 2 + length] if length <= len(value) - 2 else value)


def _number(value: bytes | None) -> int | None:
    """Read a big-endian number; None without one."""
    return int.from_bytes(value[:2], "big") if value else None


def _ipv4(value: bytes) -> str:
    """Write an IPv4 address; "" for none and for 0.0.0.0."""
    return address_text(value[:4]) if len(value) >= 4 and any(value[:4]) else ""


def _text(value: bytes) -> str:
    """Read a string up to its first NUL."""
    return value.split(b"\0", 1)[0].decode(errors="replace")
