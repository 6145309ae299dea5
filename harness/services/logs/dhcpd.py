"""The logs of ISC dhcpd, which have no times."""

import re

from harness.model import Family
from harness.witness.eui64 import mac_of
from harness.witness.journal import DaemonNote, DhcpLogged, LogEvent
from harness.witness.wire import DhcpKind

_DAMAGED = re.compile(r"^(?P<what>\S*\.leases line \d+: .*?)\.?$")
_MAC = r"(?P<mac>(?:[0-9a-f]{2}:){5}[0-9a-f]{2})"
_LINE_V4 = re.compile(
    rf"DHCP(?P<kind>[A-Z]+) (?:(?:on|for|of|to) (?P<address>[\d.]+) )?(?:\([\d.]+\) )?"
    rf"(?:from |to |\(){_MAC}"
    r".*? via (?P<via>[^:\s]+)(?:: (?P<remark>.*))?"
)
_LINE_V6 = re.compile(
    r"(?:Sending (?P<sent>[A-Z][a-z]+) to|(?P<received>[A-Z][A-Za-z-]+) message from) "
    r"(?P<client>[0-9a-f:]+) port \d+"
)
_FORWARDED = re.compile(r"Relay-forward message from \S+ port \d+, .*peer address (?P<peer>\S+)$")
_NO_SUBNET = re.compile(r"(?P<remark>No subnet found for link-address \S+?)\.?$")
DHCPV4_KINDS = {
    word: DhcpKind(word.lower())
    for word in ["DISCOVER", "OFFER", "REQUEST", "DECLINE", "ACK", "NAK", "RELEASE", "INFORM"]
}
"""DHCPv4's messages, as servers write them behind `DHCP`."""
DHCPV6_KINDS = {
    "Solicit": DhcpKind.SOLICIT,
    "Advertise": DhcpKind.ADVERTISE,
    "Request": DhcpKind.REQUEST6,
    "Confirm": DhcpKind.CONFIRM6,
    "Renew": DhcpKind.RENEW6,
    "Rebind": DhcpKind.REBIND6,
    "Reply": DhcpKind.REPLY,
    "Release": DhcpKind.RELEASE6,
    "Decline": DhcpKind.DECLINE6,
    "Information-request": DhcpKind.INFORM6,
}
"""DHCPv6's messages, as servers write them."""


def message4(line: str, _year: int) -> LogEvent | None:
    """Read a line of dhcpd -4."""
    found = _LINE_V4.search(line)
    kind = DHCPV4_KINDS.get(found["kind"]) if found is not None else None
    if found is None or kind is None:
        return _note(line, "dhcpd4")
    return DhcpLogged(
        daemon="dhcpd4",
        line=line,
        family=Family.IPV4,
        kind=kind,
        mac=found["mac"],
        address=found["address"] or "",
        remark=found["remark"] or "",
    )


def message6(line: str, _year: int) -> LogEvent | None:
    """Read a line of dhcpd -6 about a client on its link, whose address tells its MAC address."""
    found = _LINE_V6.search(line)
    kind = DHCPV6_KINDS.get(found["sent"] or found["received"]) if found is not None else None
    if found is None or kind is None:
        return _note(line, "dhcpd6")
    return DhcpLogged(
        daemon="dhcpd6",
        line=line,
        client=found["client"],
        family=Family.IPV6,
        kind=kind,
        mac=mac_of(found["client"]),
    )


class Dhcpd6Parser:
    """Reads dhcpd -6's log, that of relayed messages too, which it serves one by one.

    Of these it tells whose they are, and not what: from the relay's message to its answer all lines
    are of one client, and one that is given nothing is taken to look for a server.
    """

    def __init__(self) -> None:
        """Begin without a relayed message."""
        self._peer = ""
        self._kind = DhcpKind.REPLY

    def __call__(self, line: str, year: int) -> LogEvent | None:
        """Read a line."""
        if forwarded := _FORWARDED.match(line):
            self._peer, self._kind = forwarded["peer"], DhcpKind.REPLY
            return self._of_peer(line, DhcpKind.SOLICIT)
        if self._peer and (unserved := _NO_SUBNET.match(line)):
            return self._of_peer(line, DhcpKind.SOLICIT, unserved["remark"])
        if self._peer and line.startswith("Advertise "):
            self._kind = DhcpKind.ADVERTISE
        elif self._peer and line.startswith("Sending Relay-reply "):
            return self._of_peer(line, self._kind)
        return message6(line, year)

    def _of_peer(self, line: str, kind: DhcpKind, remark: str = "") -> DhcpLogged:
        return DhcpLogged(
            daemon="dhcpd6",
            line=line,
            client=self._peer,
            family=Family.IPV6,
            kind=kind,
            mac=mac_of(self._peer),
            remark=remark,
        )


def _note(line: str, daemon: str) -> DaemonNote | None:
    found = _DAMAGED.match(line)
    if found is None:
        return None
    return DaemonNote(daemon=daemon, line=line, text=f"its lease file is damaged: {found['what']}")
