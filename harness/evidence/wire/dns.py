"""DNS questions and their answers (RFC 1035), as far as a boot needs names."""

import struct
from dataclasses import replace

from harness.evidence.wire.event import DnsLookup
from harness.evidence.wire.frame import Frame, address_text, mac_text

DNS_PORT = 53
_TYPES = {1: "A", 5: "CNAME", 6: "SOA", 12: "PTR", 15: "MX", 28: "AAAA", 33: "SRV"}
_RESPONSE, _RCODE, _POINTER = 0x8000, 0x000F, 0xC0
_MAX_LABELS = 128
_Key = tuple[bytes, int, int]


class DnsTable:
    """Puts questions and answers together."""

    def __init__(self) -> None:
        """Begin without any."""
        self._lookups: dict[_Key, DnsLookup] = {}

    def add(self, frame: Frame) -> None:
        """Take in a frame from or to port 53."""
        data = frame.payload
        number, flags, questions, answers = struct.unpack_from("!HHHH", data)
        if questions != 1:
            return
        name, at = _name(data, 12)
        (kind,) = struct.unpack_from("!H", data, at)
        if flags & _RESPONSE:
            self._answer(frame, number, flags & _RCODE, _addresses(data, at + 4, answers))
            return
        key = (frame.source, frame.source_port, number)
        self._lookups.setdefault(key, _question(frame, name, _TYPES.get(kind, str(kind))))

    def _answer(self, frame: Frame, number: int, rcode: int, answers: tuple[str, ...]) -> None:
        """Note what the server said, to the question it belongs to."""
        key = (frame.target, frame.target_port, number)
        asked = self._lookups.get(key)
        if asked is not None and asked.rcode is None:
            mac = mac_text(frame.source_mac)
            self._lookups[key] = replace(asked, answers=answers, rcode=rcode, server_mac=mac)

    def events(self) -> list[DnsLookup]:
        """Give all look-ups."""
        return list(self._lookups.values())


def _question(frame: Frame, name: str, kind: str) -> DnsLookup:
    """Make the event of a question that nobody has answered yet."""
    return DnsLookup(
        time_s=frame.time_s,
        frame=frame.number,
        family=frame.family,
        client=address_text(frame.source),
        client_mac=mac_text(frame.source_mac),
        server=address_text(frame.target),
        name=name,
        type=kind,
    )


def _name(data: bytes, at: int) -> tuple[str, int]:
    """Read a name, following compression; give it and where what follows begins."""
    labels: list[str] = []
    behind = 0
    for _ in range(_MAX_LABELS):
        length = data[at]
        if length >= _POINTER:
            behind = behind or at + 2
            at = int.from_bytes(data[at : at + 2], "big") & 0x3FFF
        elif length:
            labels.append(data[at + 1 : at + 1 + length].decode(errors="replace"))
            at += 1 + length
        else:
            return ".".join(labels), behind or at + 1
    raise ValueError("a DNS name without end")


def _addresses(data: bytes, at: int, count: int) -> tuple[str, ...]:
    """Give the addresses among the answers, each once, in order."""
    found: dict[str, None] = {}
    for _ in range(count):
        _, at = _name(data, at)
        kind, _, _, length = struct.unpack_from("!HHIH", data, at)
        value = data[at + 10 : at + 10 + length]
        if (kind, length) in ((1, 4), (28, 16)) and len(value) == length:
            found[address_text(value)] = None
        at += 10 + length
    return tuple(found)
