"""DHCPv4's options in words (RFC 2132 and its followers; PXE 2.1; iPXE's own)."""

import struct
from collections.abc import Iterator, Mapping
from functools import partial

from harness.witness.wire.configuration import Option
from harness.witness.wire.option_words import (
    Words,
    each_short,
    flag,
    hexadecimal,
    ipv4,
    names,
    number,
    routes,
    said,
    seconds,
    text,
)

LEASE_TIME, T1, T2 = 51, 58, 59
MESSAGE_TYPE, SERVER_ID, OVERLOAD = 53, 54, 52
VENDOR_CLASS, USER_CLASS, CLIENT_ARCH, BOOTFILE = 60, 77, 93, 67
REQUESTED_ADDRESS = 50
_ASIDE = frozenset({LEASE_TIME, OVERLOAD, MESSAGE_TYPE, SERVER_ID, T1, T2, 61, 82, 93, 94, 97})
"""What a message has in fields, and what only tells the client its own words again."""
_VENDOR_OPTIONS = 43


def _pairs(value: bytes) -> str:
    """Say static routes (option 33): each a destination and its router."""
    found = ipv4(value).split(", ")
    return ", ".join(f"{to} by {by}" for to, by in zip(found[::2], found[1::2], strict=True))


def _sip(value: bytes) -> str:
    return names(value[1:]) if value[0] == 0 else ipv4(value[1:])


def _fqdn(value: bytes) -> str:
    return names(value[3:]) if value[0] & 4 else text(value[3:])


def _vendor_class(value: bytes) -> str:
    return text(value.split(b"\0", 1)[0])


_KNOWN: Mapping[int, tuple[str, Words]] = {
    1: ("mask", ipv4),
    2: ("time offset", number),
    3: ("router", ipv4),
    4: ("time server", ipv4),
    6: ("DNS", ipv4),
    7: ("log server", ipv4),
    12: ("host name", text),
    13: ("boot file size", number),
    15: ("domain", text),
    17: ("root path", text),
    18: ("extensions path", text),
    23: ("TTL", number),
    26: ("MTU", number),
    28: ("broadcast", ipv4),
    33: ("routes", _pairs),
    42: ("NTP", ipv4),
    44: ("NetBIOS name server", ipv4),
    46: ("NetBIOS node type", number),
    56: ("message", text),
    VENDOR_CLASS: ("vendor class", _vendor_class),
    66: ("TFTP server", text),
    BOOTFILE: ("option 67", text),
    81: ("full name", _fqdn),
    100: ("time zone", text),
    101: ("time zone", text),
    108: ("IPv6 only, for", seconds),
    114: ("captive portal", text),
    116: ("auto-configuration", flag),
    119: ("search", names),
    120: ("SIP server", _sip),
    121: ("routes", routes),
    150: ("TFTP server", ipv4),
    208: ("PXELINUX magic", hexadecimal),
    209: ("configuration file", text),
    210: ("path prefix", text),
    211: ("reboot time", seconds),
    249: ("routes", routes),
    252: ("proxy configuration", text),
}
"""By option: its name, and how its value is said."""

AT_ONCE, UNTIL_A_KEY = "the boot file at once, without menu", "until a key"
"""What is said of discovery control 8, and of a prompt that nobody's time ends."""
_CONTROL = (
    "no broadcast discovery",
    "no multicast discovery",
    "only the listed boot servers",
    AT_ONCE,
)
"""The bits of PXE_DISCOVERY_CONTROL, from the lowest (PXE 2.1, table 2-1)."""
_PROMPT_WAITS = 255


def _discovery_control(value: bytes) -> str:
    (bits,) = value
    found = [words for bit, words in enumerate(_CONTROL) if bits & 1 << bit]
    return ", ".join(found) or "any boot server, by broadcast"


def _boot_servers(value: bytes) -> str:
    found: list[str] = []
    at = 0
    while at < len(value):
        kind, count = struct.unpack_from("!HB", value, at)
        servers = value[at + 3 : at + 3 + 4 * count]
        found.append(f"type {kind} at {ipv4(servers)}" if count else f"type {kind}")
        at += 3 + 4 * count
    return ", ".join(found)


def _boot_menu(value: bytes) -> str:
    found: list[str] = []
    at = 0
    while at < len(value):
        kind, size = struct.unpack_from("!HB", value, at)
        found.append(f'type {kind} "{text(value[at + 3 : at + 3 + size])}"')
        at += 3 + size
    return ", ".join(found)


def _prompt(value: bytes) -> str:
    wait = {0: "at once", _PROMPT_WAITS: UNTIL_A_KEY}.get(value[0], f"after {value[0]} s")
    return f'"{text(value[1:])}" {wait}'


def _boot_item(value: bytes) -> str:
    kind, layer = struct.unpack("!HH", value)
    return f"type {kind}, layer {layer}"


_PXE: Mapping[int, tuple[str, Words]] = {
    1: ("multicast TFTP address", ipv4),
    2: ("multicast TFTP client port", number),
    3: ("multicast TFTP server port", number),
    4: ("multicast TFTP time-out", seconds),
    5: ("multicast TFTP delay", seconds),
    6: ("discovery", _discovery_control),
    7: ("discovery address", ipv4),
    8: ("boot servers", _boot_servers),
    9: ("menu", _boot_menu),
    10: ("prompt", _prompt),
    71: ("boot item", _boot_item),
}
"""What PXE puts into option 43."""
_IPXE: Mapping[int, tuple[str, Words]] = {
    1: ("priority", number),
    8: ("keep-san", flag),
    9: ("skip-san-boot", flag),
    85: ("system log", ipv4),
    91: ("certificate", hexadecimal),
    92: ("private key", lambda value: f"of {len(value)} bytes"),
    93: ("cross-signed certificates", text),
    176: ("no-pxedhcp", flag),
    177: ("bus", hexadecimal),
    178: ("SAN file", text),
    188: ("initiator name", text),
    189: ("BIOS drive", hexadecimal),
    190: ("user name", text),
    192: ("reverse user name", text),
    203: ("initiator", text),
    235: ("version", hexadecimal),
}
"""What iPXE understands in option 175 (its `dhcp.h`)."""
_SECRET = {191: "password", 193: "reverse password"}


def _inside(known: Mapping[int, tuple[str, Words]], value: bytes) -> str:
    """Say the options inside an option."""
    found = [_named(known, code, inner) for code, inner in each_short(value)]
    if not found:
        raise ValueError("no option inside")
    return " / ".join(found)


def _named(known: Mapping[int, tuple[str, Words]], code: int, value: bytes) -> str:
    name, words = known.get(code, (f"sub-option {code}", hexadecimal))
    if known is _IPXE and code in _SECRET:
        return f"{_SECRET[code]} of {len(value)} characters"
    return f"{name} {said(words, value)}"


_HOLDING: Mapping[int, tuple[str, Words]] = {
    _VENDOR_OPTIONS: ("PXE", partial(_inside, _PXE)),
    175: ("iPXE options", partial(_inside, _IPXE)),
}
"""Options that hold others."""


def read(*areas: bytes) -> dict[int, bytes]:
    """Give the options by their codes, of all areas that hold some; one in parts is put together.

    What is behind one that is cut short cannot be read (RFC 2131 4.1, RFC 3396).
    """
    found: dict[int, bytes] = {}
    for area in areas:
        try:
            for code, value in each_short(area):
                found[code] = found.get(code, b"") + value
        except (ValueError, IndexError):
            continue
    return found


def in_words(options: Mapping[int, bytes]) -> Iterator[Option]:
    """Say every option that a boot or a system may use, in the order of their codes."""
    for code, value in sorted(options.items()):
        if code in _ASIDE:
            continue
        name, words = {**_KNOWN, **_HOLDING}.get(code, (f"option {code}", hexadecimal))
        spoken = said(words, value)
        if code == _VENDOR_OPTIONS and spoken == hexadecimal(value):
            name = "vendor options"
        yield Option(code=code, name=name, value=spoken)
