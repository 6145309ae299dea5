"""DHCPv4 (RFC 2131, 2132, 4578) and DHCPv6 (RFC 8415, 5970) messages."""

from typing import Any

from harness.model import Family
from harness.witness.wire import DhcpKind, DhcpMessage
from harness.witness.wire.frame import Asked, Frame, answered, asked
from harness.witness.wire.packet import Packet, dhcp, dhcp6, dissect

DHCPV4_PORTS = frozenset({67, 68, 4011})
"""4011 is PXE's boot server (proxy DHCP)."""
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
"""By the message's type (RFC 8415 7.3); 10 is a server's RECONFIGURE."""
_STATUS = {1: "UnspecFail", 2: "NoAddrsAvail", 3: "NoBinding", 4: "NotOnLink", 5: "UseMulticast"}


def parse_dhcpv4(frame: Frame) -> DhcpMessage | None:
    """Read a DHCPv4 message; None when it is plain BOOTP or none at all."""
    message = dissect(dhcp.BOOTP, frame.payload)
    options = _options_v4(message)
    kind = _KINDS_V4.get(options.get("message-type", 0))
    if kind is None:
        return None
    return DhcpMessage(
        time_s=frame.time_s,
        frame=frame.number,
        family=Family.IPV4,
        kind=kind,
        xid=message.xid,
        client=_known(message.ciaddr),
        client_mac=message.chaddr[:6].hex(":"),
        server=frame.source if kind.from_server else "",
        server_mac=frame.source_mac if kind.from_server else "",
        client_arch=_number(options.get("pxe_client_architecture", b"")),
        vendor_class=_text(options.get("vendor_class_id", b"")),
        user_class=_user_class(options.get("user_class", b"")),
        server_id=_known(options.get("server_id", "")),
        address=_known(message.yiaddr) or _known(options.get("requested_addr", "")),
        next_server=_known(message.siaddr),
        bootfile=_text(options.get("boot-file-name", message.file)),
    )


def parse_dhcpv6(frame: Frame) -> DhcpMessage | None:
    """Read a DHCPv6 message; None when it is a relay's or none at all."""
    message = dissect(dhcp6.DHCP6, frame.payload)
    kind = _KINDS_V6.get(message.msgtype)
    if kind is None:
        return None
    options = {type(option): option for option in message.iterpayloads()}
    status, said = _status(options)
    # A client asks all servers, whose address is nobody's.
    sides: Asked = answered(frame) if kind.from_server else {**asked(frame), "server": ""}
    return DhcpMessage(
        **sides,
        kind=kind,
        xid=message.trid,
        client_arch=next(iter(_field(options, dhcp6.DHCP6OptClientArchType, "archtypes")), None),
        vendor_class=_counted(_field(options, dhcp6.DHCP6OptVendorClass, "vcdata")),
        user_class=_counted(_field(options, dhcp6.DHCP6OptUserClass, "userclassdata")),
        server_id=bytes(_field(options, dhcp6.DHCP6OptServerId, "duid") or b"").hex(),
        address=_leased_v6(_field(options, dhcp6.DHCP6OptIA_NA, "ianaopts")),
        bootfile=_text(bytes(_field(options, dhcp6.DHCP6OptBootFileUrl, "optdata"))),
        status=_STATUS.get(status, f"status {status}") if status else "",
        status_text=said,
    )


def _options_v4(message: dhcp.BOOTP) -> dict[str, Any]:
    """Read the options by scapy's names, those in overloaded fields too (RFC 2132 9.3).

    A `file` field that is overloaded names no file.
    """
    options: dict[str, Any] = {}
    if dhcp.DHCP not in message:
        return options
    _add_options(options, message[dhcp.DHCP])
    overload = options.get("dhcp-option-overload", 0)
    if overload & 1:
        _add_options(options, dissect(dhcp.DHCP, message.file))
        options.setdefault("boot-file-name", b"")
    if overload & 2:
        _add_options(options, dissect(dhcp.DHCP, message.sname))
    return options


def _add_options(options: dict[str, Any], field: dhcp.DHCP) -> None:
    """Add the options of one field to those found so far.

    An option that comes in parts is put together (RFC 3396).
    """
    for option in field.options:
        if option == "end":
            return
        if not isinstance(option, tuple) or len(option) < 2:
            continue
        name, value = option[:2]
        if isinstance(value, bytes):
            options[name] = options.get(name, b"") + value
        else:
            options.setdefault(name, value)


def _field(options: dict[type[Packet], Packet], kind: type[Packet], name: str) -> Any:  # noqa: ANN401 - as scapy gives it
    return options[kind].getfieldval(name) if kind in options else b""


def _leased_v6(association: list[Packet]) -> str:
    addresses = (each.addr for each in association if isinstance(each, dhcp6.DHCP6OptIAAddress))
    return next(addresses, "")


def _status(options: dict[type[Packet], Packet]) -> tuple[int, str]:
    association = _field(options, dhcp6.DHCP6OptIA_NA, "ianaopts") or []
    for option in (options.get(dhcp6.DHCP6OptStatusCode), *association):
        if isinstance(option, dhcp6.DHCP6OptStatusCode):
            return option.statuscode, _text(bytes(option.statusmsg))
    return 0, ""


def _user_class(value: bytes) -> str:
    """Read option 77: RFC 3004 counts each class, iPXE sends its bare name."""
    if value and value[0] == len(value) - 1:
        return _text(value[1:])
    return _text(value)


def _counted(classes: list[Packet]) -> str:
    """Read the first of DHCPv6's counted strings.

    Some clients (iPXE before 2016) leave the count out: then the text is all there is.
    """
    first = next(iter(classes), None)
    if not isinstance(first, dhcp6.USER_CLASS_DATA):
        return ""
    return _text(first.data if len(first.data) == first.len else first.original)


def _number(value: bytes) -> int | None:
    return int.from_bytes(value[:2], "big") if value else None


def _known(address: str) -> str:
    return "" if address == "0.0.0.0" else address


def _text(value: bytes) -> str:
    return value.split(b"\0", 1)[0].decode(errors="replace")
