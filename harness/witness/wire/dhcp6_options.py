"""DHCPv6's options in words (RFC 8415 and its followers)."""

import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv6Address

from harness.witness.wire.configuration import Option
from harness.witness.wire.option_words import (
    Words,
    each_long,
    hexadecimal,
    ipv6,
    names,
    number,
    said,
    seconds,
    text,
)

CLIENT_ID, SERVER_ID, ASSOCIATION = 1, 2, 3
USER_CLASS, VENDOR_CLASS, BOOTFILE, CLIENT_ARCH = 15, 16, 59, 61
RELAY_FORW, RELAY_REPL = 12, 13
"""Types of messages (RFC 8415, 7.3)."""
RELAY_MESSAGE, CLIENT_LINK_LAYER = 9, 79
_ADDRESS, _STATUS = 5, 13
_ADDRESS_HEAD = struct.Struct("!16sII")
_ASSOCIATION_HEAD = struct.Struct("!III")
_STATUS_NAMES = {
    1: "UnspecFail",
    2: "NoAddrsAvail",
    3: "NoBinding",
    4: "NotOnLink",
    5: "UseMulticast",
    6: "NoPrefixAvail",
}


@dataclass(frozen=True, kw_only=True)
class Association:
    """An IA_NA: the address that a client is given, and until when."""

    address: str = ""
    t1_s: int | None = None
    t2_s: int | None = None
    preferred_s: int | None = None
    valid_s: int | None = None

    @classmethod
    def of(cls, options: Mapping[int, bytes]) -> "Association":
        """Read it, its first address; there is none where it is cut short."""
        value = options.get(ASSOCIATION, b"")
        if len(value) < _ASSOCIATION_HEAD.size:
            return cls()
        _, t1_s, t2_s = _ASSOCIATION_HEAD.unpack_from(value)
        for code, inner in each_long(value[_ASSOCIATION_HEAD.size :]):
            if code == _ADDRESS and len(inner) >= _ADDRESS_HEAD.size:
                packed, preferred_s, valid_s = _ADDRESS_HEAD.unpack_from(inner)
                return cls(
                    address=str(IPv6Address(packed)),
                    t1_s=t1_s,
                    t2_s=t2_s,
                    preferred_s=preferred_s,
                    valid_s=valid_s,
                )
        return cls(t1_s=t1_s, t2_s=t2_s)


def status_of(options: Mapping[int, bytes]) -> tuple[str, str]:
    """Give what a server says no by, in the message or in its association, and its words."""
    association = options.get(ASSOCIATION, b"")[_ASSOCIATION_HEAD.size :]
    for code, value in ((_STATUS, options.get(_STATUS, b"")), *each_long(association)):
        status = int.from_bytes(value[:2], "big") if code == _STATUS else 0
        if status:
            name = _STATUS_NAMES.get(status, f"status {status}")
            return name, value[2:].split(b"\0", 1)[0].decode(errors="replace")
    return "", ""


def _counted(value: bytes) -> str:
    """Say strings that each have two bytes of length in front."""
    found: list[str] = []
    at = 0
    while at < len(value):
        (size,) = struct.unpack_from("!H", value, at)
        found.append(text(value[at + 2 : at + 2 + size]))
        at += 2 + size
    return " ".join(found)


def _vendor_class(value: bytes) -> str:
    """Say what is behind the enterprise's number, as firmware looks for it, whatever the length."""
    (size,) = struct.unpack_from("!H", value, 4)
    wrong = "" if size <= len(value) - 6 else ", with a wrong length"
    return f"{_counted(value[4:])}{wrong}"


def _ntp(value: bytes) -> str:
    """Say NTP servers: addresses, multicast addresses, names (RFC 5908)."""
    return ", ".join(ipv6(v) if code in (1, 2) else names(v) for code, v in each_long(value))


def _domain(value: bytes) -> str:
    return names(value[1:])


_KNOWN: Mapping[int, tuple[str, Words]] = {
    7: ("preference", number),
    12: ("unicast to", ipv6),
    14: ("rapid commit", lambda _: "yes"),
    VENDOR_CLASS: ("vendor class", _vendor_class),
    17: ("vendor options", hexadecimal),
    21: ("SIP server", names),
    22: ("SIP server", ipv6),
    23: ("DNS", ipv6),
    24: ("search", names),
    25: ("delegated prefix", hexadecimal),
    27: ("NIS server", ipv6),
    31: ("SNTP", ipv6),
    32: ("information refresh", seconds),
    39: ("full name", _domain),
    41: ("time zone", text),
    42: ("time zone", text),
    56: ("NTP", _ntp),
    BOOTFILE: ("file", text),
    60: ("parameters", _counted),
    82: ("SOL_MAX_RT", seconds),
    83: ("INF_MAX_RT", seconds),
    103: ("captive portal", text),
}
"""By option: its name, and how its value is said."""
_ASIDE = frozenset({CLIENT_ID, SERVER_ID, ASSOCIATION, _STATUS})
"""What is no setting: who speaks, and what a message has in fields: addresses, status."""


def in_words(options: Sequence[tuple[int, bytes]]) -> Iterator[Option]:
    """Say every option that a boot or a system may use, in the order of their codes."""
    for code, value in sorted(options):
        if code not in _ASIDE:
            name, words = _KNOWN.get(code, (f"option {code}", hexadecimal))
            yield Option(code=code, name=name, value=said(words, value))
