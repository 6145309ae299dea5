"""ISC dhcpd, as a DHCPv4 and as a DHCPv6 server (package isc-dhcp-server).

Started as Debian's init script does: interfaces, options and the place of the
configuration come from the site's /etc/default/isc-dhcp-server.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import takewhile
from pathlib import Path
from typing import ClassVar

from harness.assets.preload import short_ping
from harness.daemon_facts import Acceptance, Daemon
from harness.errors import LAST_LINES
from harness.host.tools import server_tool
from harness.model import Family, Role
from harness.services import defaults
from harness.services.configuration import dhcpd as configuration
from harness.services.configuration.failover import failover_peers
from harness.services.site_daemon import SiteDaemon
from harness.site import Site
from harness.site.check import other_interface
from harness.site.files import Files, normal, text_of
from harness.site.problem import Problem
from harness.site.said import Said, Topic

_SETTINGS = "etc/default/isc-dhcp-server"
_PLACES = ("etc/dhcp", "etc")
"""Where Debian has its files, then where SUSE and Arch do."""
_MAC = r"(?P<mac>(?:[0-9a-f]{2}:){5}[0-9a-f]{2})"
_TAKEN_IN = re.compile(rf"DHCPDISCOVER from {_MAC} (?:\(.*\) )?via \S+$")
"""Anything behind the interface is why it will not answer."""
_SHARE = "binding state backup"
"""What a secondary's lease file has of an address that it may lease itself (dhcpd.leases(5))."""
_PAIRED = r"failover peer \S+ I move from \S+ to normal"
_IN_USE = "ICMP Echo reply while lease "
_BANNER = (
    *("Internet Systems Consortium DHCP", "Copyright ", "All rights reserved", "For info, "),
    "Wrote ",  # so many leases, before it looks at its interfaces
)
_ITS_FILES = ("Config file: ", "Database file: ", "PID file: ")
"""What it says of them before it looks at failover."""
_ADVICE = "If you think you have received this message due to a bug"


def _own_words(said: Sequence[str]) -> tuple[str, ...]:
    """Give what dhcpd said, without the banner and the advice on bug reports."""
    before = takewhile(lambda line: not line.startswith(_ADVICE), said)
    return tuple(
        line for line in before if line.strip() and not line.startswith((*_BANNER, *_ITS_FILES))
    )


def _partners(site: Site, path: str) -> tuple[str, ...]:
    """Give the failover peers of a configuration that are hosts of the site's, by address."""
    peers = (each.peer for each in failover_peers(site, path))
    return tuple(each for each in peers if each in site.addresses - site.server.addresses)


class Dhcpd(SiteDaemon):
    """One dhcpd; the two address families are two daemons."""

    tool = server_tool("dhcpd", package="isc-dhcp-server")
    # Last thing before it waits for requests.
    ready = "Server starting service"
    program = "dhcpd"
    warning = re.compile(
        r"(?i)^warning|: host unknown|^Dynamic and static leases|^Remove host declaration"
        r"|^\*\* Ignoring requests|^No subnet6? declaration"
    )
    family: ClassVar[Family]
    digit: ClassVar[str]
    no_subnet: ClassVar[str]
    """What it logs of a machine of a network that it does not know."""
    stem: ClassVar[str]
    """How Debian calls its files."""
    hides = ("etc/dhcp", "etc/dhcpd.conf", "etc/dhcpd6.conf", _SETTINGS)
    include = r'\binclude\s+"(?P<path>[^"]+)"'

    scripts = ("isc-dhcp-server",)
    copied = ("etc/dhcp", _SETTINGS)

    @classmethod
    def configuration(cls, files: Files) -> str:
        """Give where its settings say, else where Debian has it, or SUSE and Arch do."""
        if named := cls._named(files)[0]:
            return normal(named)
        debian, other = (f"{place}/{cls.stem}.conf" for place in _PLACES)
        return other if files.has(other) and not files.has(debian) else debian

    @classmethod
    def named_in(cls, files: Files) -> str:
        """Give the line that says where its configuration lies; "" where it is Debian's place."""
        named, line = cls._named(files)
        return f"{_SETTINGS}:{line}" if named else ""

    @classmethod
    def _named(cls, files: Files) -> tuple[str, int]:
        return defaults.placed(files, _SETTINGS).get(f"DHCPDv{cls.digit}_CONF", ("", 0))

    @classmethod
    def set_up(cls, files: Files) -> str:
        """Look for its interfaces in the settings; without any, for a network to lease in.

        Debian's script starts the daemon of one family alone where only that has interfaces.
        """
        served, line = cls._interfaces(files)
        other, _ = (Dhcpd4 if cls.digit == "6" else Dhcpd6)._interfaces(files)
        path = cls.configuration(files)
        if not configuration.leases(files, path) or (other and not served):
            return ""
        return f"{_SETTINGS}:{line}" if served else path

    @classmethod
    def says(cls, files: Files) -> Iterator[Said]:
        """Give its interfaces, and what its configuration says."""
        served, line = cls._interfaces(files)
        for interface in served.split():
            yield Said(topic=Topic.INTERFACE, text=interface, path=_SETTINGS, line=line)
        yield from configuration.says(files, cls.configuration(files))

    @classmethod
    def accepts(cls, site: Site) -> Acceptance:
        """Go by its pools, classes and hosts."""
        return configuration.accepts(site, cls.configuration(site))

    @classmethod
    def facts(cls, site: Site) -> Daemon:
        """Add what it leases."""
        known = super().facts(site)
        pools = ", ".join(configuration.pools(site, known.configuration))
        return replace(
            known,
            pools=((Role.dhcp(cls.family), pools or f"of /{known.configuration}"),),
            partners=_partners(site, known.configuration),
            no_free_lease="no free leases",
            turned_away=("unknown client", "booting disallowed"),
            no_subnet=cls.no_subnet,
        )

    @classmethod
    def problems(cls, site: Site) -> Iterator[Problem]:
        """Look at the interfaces that it is told to serve, too."""
        yield from super().problems(site)
        served, line = cls._interfaces(site)
        if served and site.server.interface not in served.split():
            yield other_interface(site, _SETTINGS, f"{cls.name} serves {served}", line)

    @classmethod
    def _interfaces(cls, files: Files) -> tuple[str, int]:
        """Give what it is told to serve, and the line; IPv4's once had no number in its name."""
        settings = defaults.placed(files, _SETTINGS)
        older = settings.get("INTERFACES", ("", 0)) if cls.digit == "4" else ("", 0)
        named = settings.get(f"INTERFACESv{cls.digit}", ("", 0))
        return named if named[0] else older

    def command(self) -> Sequence[str]:
        """Run in the foreground (`-f`), logging to standard error (`-d`).

        `-d` alone would do the first as well; both, because the manual promises no more.
        """
        return [*self._base(), "-f", "-d", "-lf", self._lease_file, *self._words()]

    def check_command(self) -> Sequence[str]:
        """`dhcpd -t`: parses the configuration; names file, line and column."""
        return [*self._base(), "-t"]

    def essence(self, said: Sequence[str]) -> str:
        """Name the first `file line N: what`; the line with the caret gives the column.

        Without one, the first line after the banner says what is wrong.
        """
        for number, line in enumerate(said):
            if re.search(r" line \d+: ", line):
                below = said[number + 1 : number + 3]
                column = next((text.index("^") + 1 for text in below if text.strip() == "^"), None)
                return line if column is None else f"{line}, column {column}"
        return next(iter(_own_words(said)), super().essence(said))

    def last_words(self) -> tuple[str, ...]:
        """Leave out what it says at every start and every end."""
        return _own_words(self.said())[-LAST_LINES:]

    def laid_instead(self) -> Mapping[str, str]:
        """Leave out its failover, unless its peer is a host of the site's."""
        path = self.configuration(self.site)
        if _partners(self.site, path):
            return {}
        return configuration.without_failover(self.site, path)

    def is_ready(self) -> bool:
        """It serves; of a failover pair, it has found its peer: before that it leases nothing.

        A secondary has its share of a pool as well, which the primary gives it a moment later.
        """
        path = self.configuration(self.site)
        if not super().is_ready() or not _partners(self.site, path):
            return super().is_ready()
        is_primary = all(each.is_primary for each in failover_peers(self.site, path))
        leases = self.enclosure.path(self._lease_file)
        return self.logged(_PAIRED) and (is_primary or _SHARE in leases.read_text())

    def awaited(self) -> str:
        """Name the peer, where it has served but for that."""
        peers = _partners(self.site, self.configuration(self.site))
        if peers and super().is_ready():
            return f"its failover peer at {' and '.join(peers)}"
        return super().awaited()

    @property
    def _lease_file(self) -> str:
        return f"/var/lib/dhcp/{self.stem}.leases"

    def start(self) -> None:
        """Start it with the site's lease file, or the empty one that Debian's script would make."""
        leases_path = self.enclosure.path(self._lease_file)
        if not leases_path.exists():
            leases_path.write_text(text_of(self.site, self._lease_file))
        super().start()

    def _base(self) -> list[str]:
        place = f"/{self.configuration(self.site)}"
        return ["dhcpd", f"-{self.digit}", "-cf", place, "-pf", f"/run/{self.stem}.pid"]

    def _words(self) -> Sequence[str]:
        """Give what the site's settings add: options and interfaces.

        Without any it serves all that there are: a lab has some of its own, of which a server knows
        nothing, and it would warn of each.
        """
        settings = defaults.read(self.site, _SETTINGS)
        interfaces, _ = self._interfaces(self.site)
        # The init script has a shell split both, at blanks alone: a quotation mark is a letter.
        served = interfaces.split() or [self.site.server.interface]
        return [*settings.get("OPTIONS", "").split(), *served]


class Dhcpd4(Dhcpd):
    """The DHCPv4 server."""

    name = "dhcpd4"
    called = "dhcpd -4"
    log = "dhcpd4.log"
    roles: ClassVar[tuple[Role, ...]] = (Role.DHCPV4,)
    family = Family.IPV4
    no_subnet = "unknown network segment"
    digit = "4"
    stem = "dhcpd"
    settings: ClassVar[Mapping[str, Sequence[str]]] = {
        "gives": ("range", "fixed-address"),
        "for": ("default-lease-time", "max-lease-time", "min-lease-time"),
        "T1": ("option dhcp-renewal-time", "beside option dhcp-rebinding-time"),
        "T2": ("option dhcp-rebinding-time", "beside option dhcp-renewal-time"),
        "mask": ("option subnet-mask", "netmask"),
        "time offset": ("option time-offset",),
        "router": ("option routers", "in subnet"),
        "time server": ("option time-servers",),
        "DNS": ("option domain-name-servers", "in subnet"),
        "log server": ("option log-servers",),
        "host name": ("option host-name", "use-host-decl-names"),
        "domain": ("option domain-name",),
        "root path": ("option root-path",),
        "MTU": ("option interface-mtu",),
        "broadcast": ("option broadcast-address",),
        "routes": ("option static-routes", "option rfc3442-classless-static-routes"),
        "NTP": ("option ntp-servers",),
        "NetBIOS name server": ("option netbios-name-servers",),
        "search": ("option domain-search",),
        "next-server": ("next-server",),
        "server name": ("server-name",),
        "TFTP server": ("option tftp-server-name",),
        "file": ("filename", "option bootfile-name"),
        "option 67": ("option bootfile-name", "filename"),
        "vendor class": ("option vendor-class-identifier",),
        "PXE": ("option vendor-encapsulated-options", "vendor-option-space"),
        "vendor options": ("option vendor-encapsulated-options", "vendor-option-space"),
        "iPXE": ("if user-class", "elsif user-class"),
        "iPXE options": ("option ipxe.",),
        "lets in": ("allow unknown-clients", "allow booting", "allow members"),
        "server identifier": ("server-identifier", "option dhcp-server-identifier"),
    }

    def library(self) -> Path | None:
        """Let it not wait a second of the host's for its ping where guests have the fast clock."""
        return short_ping() if self.for_fast_guests else None

    @staticmethod
    def owes(line: str, mac: str) -> bool | None:
        """Say that it pings an address before it offers it (dhcpd.conf(5), ping-check).

        An address that somebody else has answered from is not offered, and the question is
        dropped.
        """
        found = _TAKEN_IN.search(line)
        if found is not None and found["mac"] == mac:
            return True
        return False if mac in line or _IN_USE in line else None


class Dhcpd6(Dhcpd):
    """The DHCPv6 server."""

    name = "dhcpd6"
    called = "dhcpd -6"
    log = "dhcpd6.log"
    roles = (Role.DHCPV6,)
    family = Family.IPV6
    no_subnet = "No subnet found for link-address"
    digit = "6"
    stem = "dhcpd6"
    settings: ClassVar[Mapping[str, Sequence[str]]] = {
        "gives": ("range6", "fixed-address6"),
        "for": ("default-lease-time", "max-lease-time"),
        "preferred": ("preferred-lifetime", "beside default-lease-time"),
        "T1": ("option dhcp-renewal-time", "beside option dhcp-rebinding-time"),
        "T2": ("option dhcp-rebinding-time", "beside option dhcp-renewal-time"),
        "DNS": ("option dhcp6.name-servers", "in subnet6"),
        "search": ("option dhcp6.domain-search",),
        "SNTP": ("option dhcp6.sntp-servers",),
        "information refresh": ("option dhcp6.info-refresh-time",),
        "file": ("option dhcp6.bootfile-url",),
        "parameters": ("option dhcp6.bootfile-param",),
        "vendor class": ("option dhcp6.vendor-class",),
        "iPXE": ("if dhcp6.user-class", "elsif dhcp6.user-class"),
        "preference": ("option dhcp6.preference",),
        "unicast to": ("option dhcp6.unicast",),
    }


class RogueDhcpd(Dhcpd4):
    """Somebody else's DHCPv4 server on the same bridge, for scenarios; no file is the site's."""

    name = "rogue"
    roles = ()
    stem = "rogue"
    interface = "rogue0"

    @classmethod
    def configuration(cls, _files: Files) -> str:
        """Give the place of what `configure` writes."""
        return "run/harness/rogue.conf"

    def configure(self, text: str) -> None:
        """Write its configuration."""
        self.enclosure.path(f"/{self.configuration(self.site)}").write_text(text)

    def _words(self) -> Sequence[str]:
        return [self.interface]
