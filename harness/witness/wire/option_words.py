"""The values of DHCP options and of router advertisements' in words, whatever bytes they are."""

import socket
import struct
from collections.abc import Callable, Iterator
from ipaddress import IPv4Address, IPv6Address
from typing import TypeAlias

FOR_EVER = 0xFFFFFFFF
Words: TypeAlias = Callable[[bytes], str]
"""Says what a value is; a ValueError or struct.error where it is not what the option holds."""
_PRINTABLE_ONLY = "the text is empty or not printable"


def hexadecimal(value: bytes) -> str:
    """Say what nobody knows the meaning of."""
    return f"0x{value.hex()}" if value else "empty"


def text(value: bytes) -> str:
    """Say a text; one that could not be read aloud is a ValueError."""
    read = value.rstrip(b"\0").decode()
    if not read.isprintable() or not read.strip():
        raise ValueError(_PRINTABLE_ONLY)
    return read


def number(value: bytes) -> str:
    """Say a number of as many bytes as it has."""
    if len(value) not in (1, 2, 4, 8):
        raise ValueError(f"{len(value)} bytes are not a number")
    return str(int.from_bytes(value, "big"))


def flag(value: bytes) -> str:
    """Say whether something is on."""
    return "off" if number(value) == "0" else "on"


def seconds(value: bytes | int) -> str:
    """Say how long something is."""
    count = value if isinstance(value, int) else int(number(value))
    return "for ever" if count == FOR_EVER else f"{count} s"


def ipv4(value: bytes) -> str:
    """Say one address or several."""
    if not value or len(value) % 4:
        raise ValueError(f"{len(value)} bytes are not addresses")
    return ", ".join(str(IPv4Address(value[at : at + 4])) for at in range(0, len(value), 4))


def ipv6(value: bytes) -> str:
    """Say one address or several."""
    if not value or len(value) % 16:
        raise ValueError(f"{len(value)} bytes are not addresses")
    return ", ".join(str(IPv6Address(value[at : at + 16])) for at in range(0, len(value), 16))


def names(value: bytes) -> str:
    """Say a list of domain names, as DNS writes them, with its pointers (RFC 1035 4.1.4)."""
    found: list[str] = []
    at = 0
    while at < len(value):
        name, at = _name(value, at)
        found.append(name)
    if not found:
        raise ValueError("no name")
    return ", ".join(found)


def _name(value: bytes, at: int) -> tuple[str, int]:
    """Read the name at a place; give it, and the place behind it."""
    labels: list[str] = []
    behind: int | None = None
    for _ in range(len(value)):
        size = value[at]
        if size >= 0xC0:
            behind = at + 2 if behind is None else behind
            at = struct.unpack_from("!H", value, at)[0] & 0x3FFF
        elif size:
            labels.append(text(value[at + 1 : at + 1 + size]))
            at += 1 + size
        else:
            return ".".join(labels) or ".", at + 1 if behind is None else behind
    raise ValueError("a name that does not end")


def routes(value: bytes) -> str:
    """Say classless static routes (RFC 3442)."""
    found: list[str] = []
    at = 0
    while at < len(value):
        width = value[at]
        size = (width + 7) // 8
        net = value[at + 1 : at + 1 + size].ljust(4, b"\0")
        router = value[at + 1 + size : at + 5 + size]
        found.append(f"{socket.inet_ntoa(net)}/{width} by {socket.inet_ntoa(router)}")
        at += 5 + size
    return ", ".join(found)


def each_short(value: bytes) -> Iterator[tuple[int, bytes]]:
    """Go through options of a byte of code and one of length; a ValueError where one is cut."""
    at = 0
    while at < len(value) and value[at] != 255:
        if value[at] == 0:
            at += 1
            continue
        size = value[at + 1]
        content = value[at + 2 : at + 2 + size]
        if len(content) < size:
            raise ValueError(f"option {value[at]} is cut short")
        yield value[at], content
        at += 2 + size


def each_long(value: bytes) -> Iterator[tuple[int, bytes]]:
    """Go through options of two bytes of code and two of length, up to one that is cut."""
    at = 0
    while at + 4 <= len(value):
        code, size = struct.unpack_from("!HH", value, at)
        if at + 4 + size > len(value):
            return
        yield code, value[at + 4 : at + 4 + size]
        at += 4 + size


def said(words: Words, value: bytes) -> str:
    """Say a value, in hex where it is not what the option holds."""
    try:
        return words(value)
    except (ValueError, IndexError, struct.error, OSError):
        return hexadecimal(value)
