"""Frames of the links that captures are made on, as Ethernet without tags.

Owns the link types (tcpdump.org's LINKTYPE_ list) and VLAN tags (IEEE 802.1Q). Who a frame was
for, a cooked capture does not tell: that address is nobody's.
"""

import struct

_ETHERNET, _COOKED, _COOKED2 = 1, 113, 276
COOKED_LINKS = frozenset({_COOKED, _COOKED2})
_RAW = frozenset({12, 14, 101, 228, 229})
_LOOPBACK = frozenset({0, 108})
KNOWN_LINKS = frozenset({_ETHERNET, _COOKED, _COOKED2, *_RAW, *_LOOPBACK})
_NAMES = {
    105: "802.11 (wireless)",
    127: "802.11 with radiotap (wireless)",
    119: "802.11 with Prism's head (wireless)",
    189: "USB",
    220: "USB",
    187: "Bluetooth",
    201: "Bluetooth",
    9: "PPP",
    239: "netfilter's log",
}
_TAGS = frozenset({b"\x81\x00", b"\x88\xa8", b"\x91\x00"})
NOBODY, _EVERYBODY = bytes(6), b"\xff" * 6
_IPV4, _IPV6 = b"\x08\x00", b"\x86\xdd"
_HEAD, _TAG = 14, 4
_TO_ALL, _TO_GROUP = 1, 2
_SIDE = struct.Struct("!HHH8s2s")
_SIDE2 = struct.Struct("!2s2xIHBB8s")


def link_name(link: int) -> str:
    """Give how people call a link type."""
    return f"{_NAMES.get(link, 'unknown')}, link type {link}"


def as_ethernet(link: int, data: bytes) -> bytes | None:
    """Give a frame as Ethernet, without its tags; None where none can be made of it."""
    if link == _ETHERNET:
        return _untagged(data)
    if link == _COOKED and len(data) >= _SIDE.size:
        to, _, size, address, kind = _SIDE.unpack_from(data)
        return _cooked(to, address[: min(size, 6)], kind, data[_SIDE.size :])
    if link == _COOKED2 and len(data) >= _SIDE2.size:
        kind, _, _, to, size, address = _SIDE2.unpack_from(data)
        return _cooked(to, address[: min(size, 6)], kind, data[_SIDE2.size :])
    if link in _RAW or link in _LOOPBACK:
        return _bare(data if link in _RAW else data[4:])
    return None


def _untagged(data: bytes) -> bytes:
    while data[12:_HEAD] in _TAGS and len(data) >= _HEAD + _TAG:
        data = data[:12] + data[12 + _TAG :]
    return data


def _cooked(to: int, source: bytes, kind: bytes, content: bytes) -> bytes:
    target = _EVERYBODY if to == _TO_ALL else NOBODY
    if to == _TO_GROUP and kind == _IPV6 and len(content) >= 40:
        target = b"\x33\x33" + content[36:40]
    return _untagged(target + source.ljust(6, b"\0") + kind + content)


def _bare(content: bytes) -> bytes | None:
    kind = {4: _IPV4, 6: _IPV6}.get(content[0] >> 4) if content else None
    return None if kind is None else NOBODY + NOBODY + kind + content
