"""What Kea's servers log of leases, wherever their own settings have them write it."""

import re

from harness.model import Family
from harness.services.logs.read import Parse, local_time
from harness.witness.journal import DhcpLogged, LogEvent
from harness.witness.wire import DhcpKind

_LINE = re.compile(
    r"(?:(?P<time>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)(?:\.\d+)? )?.*?"
    r"\b(?P<what>(?:DHCP|ALLOC_ENGINE_V)[46]_[A-Z0-9_]+) (?P<text>.*)"
)
_MAC = re.compile(r"\[hwtype=\d+ (?P<mac>(?:[0-9a-f]{2}:){5}[0-9a-f]{2})\]")
_TID = re.compile(r"\btid=0x(?P<xid>[0-9a-f]+)")
_LEASE = re.compile(r": lease (?:for address )?(?P<address>[0-9a-fA-F.:]*[0-9a-fA-F])\b")
_FAILED = re.compile(r"_ALLOC_FAIL(?!_CLASSES)")
"""The line with the client's classes comes last, and says nothing of why."""
_KINDS = {
    "DHCP4_LEASE_ADVERT": DhcpKind.OFFER,
    "DHCP4_LEASE_ALLOC": DhcpKind.ACK,
    "DHCP4_LEASE_REUSE": DhcpKind.ACK,
    "DHCP6_LEASE_ADVERT": DhcpKind.ADVERTISE,
    "DHCP6_LEASE_ALLOC": DhcpKind.REPLY,
    "DHCP6_LEASE_RENEW": DhcpKind.REPLY,
    "DHCP6_LEASE_REUSE": DhcpKind.REPLY,
}
_SOUGHT = {"4": DhcpKind.DISCOVER, "6": DhcpKind.SOLICIT}


def leases(daemon: str) -> Parse:
    """Give a parser of what the server of this name logs, for a family's digit ends it."""

    def parse(line: str, _year: int) -> LogEvent | None:
        # Not `search`, which would try again from each place of a line of the system log's.
        found = _LINE.match(line)
        if found is None or f"{daemon[-1]}_" not in found["what"]:
            return None
        has_failed = _FAILED.search(found["what"]) is not None
        kind = _SOUGHT[daemon[-1]] if has_failed else _KINDS.get(found["what"])
        if kind is None:
            return None
        mac, xid = _MAC.search(line), _TID.search(line)
        lease = _LEASE.search(found["text"])
        return DhcpLogged(
            daemon=daemon,
            line=line,
            time_s=local_time(found["time"], "%Y-%m-%d %H:%M:%S") if found["time"] else None,
            family=Family.IPV4 if daemon[-1] == "4" else Family.IPV6,
            kind=kind,
            mac=mac["mac"] if mac is not None else "",
            xid=int(xid["xid"], 16) if xid is not None else None,
            address=lease["address"].lower() if lease is not None and not has_failed else "",
            remark=found["text"].partition(": ")[2] if has_failed else "",
        )

    return parse
