"""Read the daemons' log files: nginx, in.tftpd, dhcpd, dnsmasq."""

import re
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

from harness.model import Family
from harness.services.daemon_log import parse_dhcpd_note, parse_life, parse_nginx_error
from harness.services.nfs_log import NfsParser
from harness.witness.journal import (
    DhcpLogged,
    DnsLogged,
    HttpServed,
    Journal,
    LogEvent,
    TftpAsked,
    TftpRefused,
    joined,
    mac_of,
    plain_address,
)
from harness.witness.link import read_links
from harness.witness.wire import DhcpKind

_COMBINED = re.compile(
    r'(?P<client>\S+) \S+ \S+ \[(?P<time>[^]]+)] "(?P<method>[A-Z]+) (?P<path>[^" ]*)[^"]*" '
    r'(?P<status>[0-9]{3}) (?P<bytes>[0-9]{1,18}|-)(?: "[^"]*" "(?P<agent>[^"]*)")?'
)
_STAMP = r"(?P<time>[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d) "
_TFTPD = re.compile(_STAMP + r".*?tftpd\[\d+]: (?P<text>.*)")
_ASKED = re.compile(r"RRQ from (?P<client>\S+) filename (?P<file>.*?)(?: remapped to .*)?$")
_REFUSED = re.compile(r"sending NAK \(\d+, (?P<error>.*)\) to (?P<client>\S+)")
_MAC = r"(?P<mac>(?:[0-9a-f]{2}:){5}[0-9a-f]{2})"
_DHCPV4 = re.compile(
    rf"DHCP(?P<kind>[A-Z]+) (?:(?:on|for|of|to) (?P<address>[\d.]+) )?(?:\([\d.]+\) )?"
    rf"(?:from |to |\(){_MAC}"
    r".*? via (?P<via>[^:\s]+)(?:: (?P<remark>.*))?"
)
_DHCPV6 = re.compile(
    r"(?:Sending (?P<sent>[A-Z][a-z]+) to|(?P<received>[A-Z][A-Za-z-]+) message from) "
    r"(?P<client>[0-9a-f:]+) port \d+"
)
_DNSMASQ = re.compile(
    rf"(?:{_STAMP})?dnsmasq(?:\[\d+])?: (?P<what>query|config|reply|cached|forwarded|\S*hosts)"
    r"(?:\[\S+])? (?P<name>\S+) (?:is|from|to) (?P<value>.+)"
)
_KINDS_V4 = {kind.value.upper(): kind for kind in list(DhcpKind)[:8]}
_KINDS_V6 = {
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


def read_logs(log_dir: Path) -> Journal:
    """Read every log of an evidence directory's `log/`; those not there say nothing."""
    logs = (
        _read(log_dir / name, parse)
        for name, parse in (
            ("dhcpd4.log", parse_dhcpd4),
            ("dhcpd6.log", parse_dhcpd6),
            ("syslog", parse_tftpd),
            ("nginx/access.log", parse_access),
            ("nginx/error.log", parse_nginx_error),
            ("dnsmasq.log", parse_dnsmasq),
            ("nfs.log", NfsParser()),
            ("daemons.jsonl", parse_life),
        )
    )
    return joined((*logs, read_links(log_dir)))


_Parse = Callable[[str, int], LogEvent | None]


def _read(path: Path, parse: _Parse) -> Iterator[LogEvent]:
    """Read one log. A system log leaves the year out: the file's own year completes it."""
    try:
        text = path.read_text(errors="replace")
        year = time.localtime(path.stat().st_mtime).tm_year
    except FileNotFoundError:
        return
    for line in text.splitlines():
        event = parse(line, year)
        if event is not None:
            yield event


def parse_access(line: str, _year: int) -> HttpServed | None:
    """Read a line of nginx's access log, in the format `combined`."""
    found = _COMBINED.match(line)
    if found is None:
        return None
    size = found["bytes"]
    return HttpServed(
        daemon="nginx",
        line=line,
        time_s=_access_time(found["time"]),
        client=plain_address(found["client"]),
        method=found["method"],
        path=found["path"],
        status=int(found["status"]),
        bytes=0 if size == "-" else int(size),
        user_agent=found["agent"] or "",
    )


def parse_tftpd(line: str, year: int) -> LogEvent | None:
    """Read a line of in.tftpd in a system log."""
    found = _TFTPD.match(line)
    if found is None:
        return None
    time_s = _stamp_time(found["time"], year)
    text = found["text"]
    asked = _ASKED.search(text)
    if asked is not None:
        client = plain_address(asked["client"])
        return TftpAsked(
            daemon="tftpd", line=line, time_s=time_s, client=client, file=asked["file"]
        )
    refused = _REFUSED.search(text)
    if refused is None:
        return None
    client = plain_address(refused["client"])
    return TftpRefused(
        daemon="tftpd", line=line, time_s=time_s, client=client, error=refused["error"]
    )


def parse_dhcpd4(line: str, _year: int) -> LogEvent | None:
    """Read a line of dhcpd -4."""
    found = _DHCPV4.search(line)
    kind = _KINDS_V4.get(found["kind"]) if found is not None else None
    if found is None or kind is None:
        return parse_dhcpd_note(line, "dhcpd4")
    return DhcpLogged(
        daemon="dhcpd4",
        line=line,
        family=Family.IPV4,
        kind=kind,
        mac=found["mac"],
        address=found["address"] or "",
        remark=found["remark"] or "",
    )


def parse_dhcpd6(line: str, _year: int) -> LogEvent | None:
    """Read a line of dhcpd -6. The client's link-local address tells its MAC address."""
    found = _DHCPV6.search(line)
    kind = _KINDS_V6.get(found["sent"] or found["received"]) if found is not None else None
    if found is None or kind is None:
        return parse_dhcpd_note(line, "dhcpd6")
    return DhcpLogged(
        daemon="dhcpd6",
        line=line,
        client=found["client"],
        family=Family.IPV6,
        kind=kind,
        mac=mac_of(found["client"]),
    )


def parse_dnsmasq(line: str, year: int) -> DnsLogged | None:
    """Read a line of dnsmasq's query log, with or without a time before it."""
    found = _DNSMASQ.match(line)
    if found is None:
        return None
    asked = found["what"] == "query"
    return DnsLogged(
        daemon="dnsmasq",
        line=line,
        time_s=_stamp_time(found["time"], year) if found["time"] else None,
        client=plain_address(found["value"]) if asked else "",
        name=found["name"],
        what=found["what"],
        value=found["value"],
    )


def _access_time(text: str) -> float | None:
    """Read nginx's local time with its offset."""
    try:
        return datetime.strptime(text, "%d/%b/%Y:%H:%M:%S %z").timestamp()
    except ValueError:
        return None


def _stamp_time(text: str, year: int) -> float | None:
    """Read a system log's local time."""
    try:
        return time.mktime(time.strptime(f"{year} {text}", "%Y %b %d %H:%M:%S"))
    except (ValueError, OverflowError):
        return None
