"""Who speaks IPv4 or IPv6 at all, and whether that is more than a machine that looks for somebody.

Every machine asks in both families what its network has: from no address by IPv4, from one of its
own making to groups by IPv6 (solicitations, DHCPv6, mDNS). That nobody answers is what a network of
one family is.
"""

from dataclasses import dataclass

from harness.model import Family

_IPV4, _ARP, _IPV6 = b"\x08\x00", b"\x08\x06", b"\x86\xdd"
_NAMES = {_IPV4: "IPv4", _ARP: "ARP", _IPV6: "IPv6"}
_FAMILIES = {_IPV4: Family.IPV4, _ARP: Family.IPV4, _IPV6: Family.IPV6}
_NO_ADDRESS = bytes(4)
_MULTICAST = b"\xff"
_ICMPV6 = 58
_ADVERTISEMENTS = frozenset({134, 136})
"""Of a router, of a neighbour (RFC 4861)."""


@dataclass(frozen=True, kw_only=True)
class Sender:
    """Who has sent frames of a kind, with the first of them."""

    family: Family
    mac: str
    frame: int
    what: str
    """`ARP`, `IPv4` or `IPv6`."""
    seeks: bool
    """Whether they only ask whoever may be there."""


class SenderTable:
    """Takes in whole frames, whatever is in them."""

    def __init__(self) -> None:
        """Begin with no frame."""
        self._first: dict[tuple[bytes, bool], int] = {}

    def add(self, number: int, data: bytes) -> None:
        """Take in one frame; those of other kinds are passed over."""
        kind = data[12:14]
        if kind in _NAMES:
            self._first.setdefault((data[6:14], _seeks(kind, data)), number)

    def senders(self) -> tuple[Sender, ...]:
        """Give each sender, by its first frame."""
        return tuple(
            Sender(
                family=_FAMILIES[key[6:]],
                mac=key[:6].hex(":"),
                frame=number,
                what=_NAMES[key[6:]],
                seeks=seeks,
            )
            for (key, seeks), number in self._first.items()
        )


def _seeks(kind: bytes, data: bytes) -> bool:
    if kind == _IPV4:
        return data[26:30] == _NO_ADDRESS
    if kind != _IPV6 or data[38:39] != _MULTICAST:
        return False
    return data[20] != _ICMPV6 or data[54] not in _ADVERTISEMENTS
