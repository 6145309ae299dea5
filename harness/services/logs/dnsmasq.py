"""The log of dnsmasq: names, and leases."""

import re

from harness.model import Family
from harness.services.logs.dhcpd import DHCPV4_KINDS, DHCPV6_KINDS
from harness.services.logs.read import STAMP, stamp_time
from harness.witness.journal import (
    DhcpLogged,
    DnsLogged,
    LogEvent,
    ProxyLogged,
    plain_address,
)
from harness.witness.wire import DhcpKind

_LINE = re.compile(
    rf"(?:{STAMP})?dnsmasq(?:\[\d+])?: (?P<what>query|config|reply|cached|forwarded|\S*hosts)"
    r"(?:\[\S+])? (?P<name>\S+) (?:is|from|to) (?P<value>.+)"
)
_HEAD = rf"(?:{STAMP})?dnsmasq-dhcp(?:\[\d+])?: (?:(?P<xid>\d+) )?"
_MAC = r"(?P<mac>(?:[0-9a-f]{2}:){5}[0-9a-f]{2})(?![0-9a-f:])"
_DUID = r"(?:[0-9a-f]{2}:){9,}[0-9a-f]{2}"
_DHCP = re.compile(
    rf"{_HEAD}DHCP(?P<kind>[A-Z]+)\(\S+\) (?:(?P<address>\d[\d.]+) )?{_MAC}(?: (?P<rest>.*))?"
)
_DHCP6 = re.compile(
    rf"{_HEAD}DHCP(?P<kind>[A-Z-]+)\(\S+\) (?:(?P<address>[0-9a-f:]*::?[0-9a-f:]*) )?{_DUID}"
    r"(?: (?P<rest>.*))?$"
)
_NO_RANGE = re.compile(
    rf"{_HEAD}(?P<remark>no address range available for DHCP(?:v6)? request "
    r"(?:from relay at|via) (?P<relay>[0-9a-f.:]+))$"
)
_PROXY = re.compile(rf"{_HEAD}PXE\(\S+\) (?:\d[\d.]+ )?{_MAC}(?: (?P<what>.*))?")
_IGNORED = "proxy-ignored"


def _boot_file(line: str, year: int) -> ProxyLogged | None:
    """Read a line about what it adds to another server's address."""
    found = _PROXY.match(line)
    if found is None:
        return None
    return ProxyLogged(
        daemon="dnsmasq",
        line=line,
        time_s=stamp_time(found["time"], year) if found["time"] else None,
        mac=found["mac"],
        answered=(found["what"] or "").strip() != _IGNORED,
    )


def _unserved(line: str, year: int) -> DhcpLogged | None:
    """Read a line about a network for which it has no addresses: of a relay's it names that."""
    found = _NO_RANGE.match(line)
    if found is None:
        return None
    return DhcpLogged(
        daemon="dnsmasq",
        line=line,
        time_s=stamp_time(found["time"], year) if found["time"] else None,
        client=found["relay"],
        family=Family.IPV6 if ":" in found["relay"] else Family.IPV4,
        kind=DhcpKind.SOLICIT if ":" in found["relay"] else DhcpKind.DISCOVER,
        mac="",
        remark=found["remark"],
    )


def _lease(line: str, year: int) -> DhcpLogged | None:
    """Read a line about a message of DHCP, of DHCPv6 by its transaction: it has no MAC address."""
    four = _DHCP.match(line)
    found = four or _DHCP6.match(line)
    if found is None:
        return None
    word = found["kind"]
    kind = DHCPV4_KINDS.get(word) if four else DHCPV6_KINDS.get(word.capitalize())
    if kind is None:
        return None
    return DhcpLogged(
        daemon="dnsmasq",
        line=line,
        time_s=stamp_time(found["time"], year) if found["time"] else None,
        family=Family.IPV4 if four is not None else Family.IPV6,
        kind=kind,
        mac=four["mac"] if four is not None else "",
        xid=int(found["xid"]) if found["xid"] else None,
        address=found["address"] or "",
        remark=(found["rest"] or "").strip() if kind.seeks else "",
    )


def query(line: str, year: int) -> LogEvent | None:
    """Read a line of its log about a name or a lease, with or without a time before it."""
    found = _LINE.match(line)
    if found is None and "-dhcp" in line:
        return _lease(line, year) or _unserved(line, year) or _boot_file(line, year)
    if found is None:
        return None
    asked = found["what"] == "query"
    return DnsLogged(
        daemon="dnsmasq",
        line=line,
        time_s=stamp_time(found["time"], year) if found["time"] else None,
        client=plain_address(found["value"]) if asked else "",
        name=found["name"],
        what=found["what"],
        value=found["value"],
    )
