"""Who was asked in vain: connections that nobody takes up, addresses that nobody answers for.

A port that nobody listens on is refused (`Refusal`). Here there is no answer at all: a filter
drops what comes, or the host is not there.
"""

import socket
from dataclasses import dataclass, field

from harness.model import Family
from harness.witness.wire.event import Unheard
from harness.witness.wire.frame import TCP_ACK, TCP_SYN, Frame, asked

_OFTEN = 2
"""What was asked once may just have been asked."""
_ARP, _REQUEST = b"\x08\x06", b"\0\x01"
_IPV6, _ICMPV6 = b"\x86\xdd", 58
_SOLICITATION, _ADVERTISEMENT = 135, 136
_NOBODY = bytes(16)
"""Who looks whether an address is free has none (RFC 4862, RFC 5227)."""


@dataclass
class ConnectionTable:
    """Counts, for each connection that a client asks for, how often it does in vain."""

    _asked: dict[tuple[str, int, str, int], list[Frame]] = field(default_factory=dict)

    def add(self, frame: Frame) -> None:
        """Take in a TCP frame."""
        key = (frame.source, frame.source_port, frame.target, frame.target_port)
        self._asked.pop((*key[2:], *key[:2]), None)
        if frame.flags & (TCP_SYN | TCP_ACK) == TCP_SYN:
            self._asked.setdefault(key, []).append(frame)

    def events(self) -> list[Unheard]:
        """Give an event for each connection that was asked for again and again."""
        vain = (frames for frames in self._asked.values() if len(frames) >= _OFTEN)
        return [
            Unheard(
                **asked(frames[0]),
                server_mac=frames[0].target_mac,
                port=frames[0].target_port,
                times=len(frames),
                last_frame=frames[-1].number,
            )
            for frames in vain
        ]


@dataclass
class NeighbourTable:
    """Counts, for each address that a client looks for on its link, how often it does in vain."""

    _asked: dict[tuple[str, str], list[Unheard]] = field(default_factory=dict)

    def add(self, number: int, time_s: float, data: bytes) -> None:
        """Take in a whole frame, whatever is in it."""
        if data[12:14] == _ARP:
            self._note(number, time_s, data, Family.IPV4, data[28:32], data[38:42])
        elif data[12:14] == _IPV6 and data[20] == _ICMPV6:
            self._note(number, time_s, data, Family.IPV6, data[22:38], data[62:78])

    def events(self) -> list[Unheard]:
        """Give an event for each address that was looked for again and again."""
        vain = (events for events in self._asked.values() if len(events) >= _OFTEN)
        return [each[0].asked_again(len(each), last_frame=each[-1].frame) for each in vain]

    def _note(
        self, number: int, time_s: float, data: bytes, family: Family, source: bytes, wanted: bytes
    ) -> None:
        is_arp = family is Family.IPV4
        asks = data[20:22] == _REQUEST if is_arp else data[54] == _SOLICITATION
        answers = not asks if is_arp else data[54] == _ADVERTISEMENT
        name = socket.AF_INET if is_arp else socket.AF_INET6
        client, server = socket.inet_ntop(name, source), socket.inet_ntop(name, wanted)
        if answers:  # ARP's sender, or the target of an advertisement, is who was looked for
            found = client if is_arp else server
            for key in [key for key in self._asked if key[1] == found]:
                del self._asked[key]
        elif asks and source not in (_NOBODY[: len(source)], wanted):
            event = Unheard(
                time_s=time_s,
                frame=number,
                family=family,
                client=client,
                client_mac=data[6:12].hex(":"),
                server=server,
            )
            self._asked.setdefault((event.client_mac, server), []).append(event)
