"""dnsmasq as the boot server's DNS server (package dnsmasq-base)."""

import re
from collections.abc import Mapping, Sequence
from typing import ClassVar

from harness.host.tools import server_tool
from harness.model import Role
from harness.services.log import STAMP, Logs, stamp_time
from harness.services.site_daemon import SiteDaemon
from harness.witness.journal import DnsLogged, plain_address

_PORT = 53
_LINE = re.compile(
    rf"(?:{STAMP})?dnsmasq(?:\[\d+])?: (?P<what>query|config|reply|cached|forwarded|\S*hosts)"
    r"(?:\[\S+])? (?P<name>\S+) (?:is|from|to) (?P<value>.+)"
)


class Dnsmasq(SiteDaemon):
    """Answers for the name by which booted systems know the server."""

    name = "dnsmasq"
    tool = server_tool("dnsmasq", package="dnsmasq-base")
    sign = f"UDP port {_PORT}"
    roles = (Role.DNS,)
    writes = ("/var/lib/misc",)
    configured_by = "etc/dnsmasq.conf"
    hides = ("etc/dnsmasq.d",)
    include = r"^\s*conf-file\s*=\s*(?P<path>\S+)"
    settings: ClassVar[Mapping[str, Sequence[str]]] = {
        "gives": ("dhcp-range", "dhcp-host"),
        "for": ("dhcp-range",),
        "mask": ("dhcp-range", "option:netmask"),
        "router": ("option:router", "dhcp-option=3"),
        "DNS": ("option:dns-server", "option6:dns-server", "dhcp-option=6"),
        "domain": ("option:domain-name", "domain"),
        "next-server": ("dhcp-boot",),
        "file": ("dhcp-boot", "pxe-service", "option:bootfile-name", "option6:bootfile-url"),
        "vendor class": ("option:vendor-class", "dhcp-option-force"),
        "managed": ("enable-ra", "dhcp-range"),
        "prefix": ("dhcp-range", "enable-ra"),
    }
    logs: ClassVar[Logs] = {"dnsmasq.log": lambda: query}
    # Each query is logged: its log is a witness.
    argv = (
        *("dnsmasq", "--keep-in-foreground", "--log-queries", "--log-facility=-"),
        *("--conf-file=/etc/dnsmasq.conf", "--pid-file=/run/dnsmasq.pid"),
    )
    check_argv = ("dnsmasq", "--test", "--conf-file=/etc/dnsmasq.conf")

    def is_ready(self) -> bool:
        """Its port is bound."""
        return self.listens("udp", _PORT)


def query(line: str, year: int) -> DnsLogged | None:
    """Read a line of its query log, with or without a time before it."""
    found = _LINE.match(line)
    if found is None:
        return None
    asked = found["what"] == "query"
    return DnsLogged(
        daemon=Dnsmasq.name,
        line=line,
        time_s=stamp_time(found["time"], year) if found["time"] else None,
        client=plain_address(found["value"]) if asked else "",
        name=found["name"],
        what=found["what"],
        value=found["value"],
    )
