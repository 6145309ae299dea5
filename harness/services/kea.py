"""Kea's DHCPv4 and DHCPv6 servers (packages kea-dhcp4-server, kea-dhcp6-server).

Started as Debian's units do. Their control sockets are theirs: nobody here asks them.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import ClassVar

from harness.daemon_facts import Acceptance, Daemon
from harness.errors import ServiceError
from harness.host.tools import server_tool
from harness.model import Family, Role
from harness.services.configuration import kea as configuration
from harness.services.site_daemon import SiteDaemon
from harness.site import Site
from harness.site.check import other_interface
from harness.site.files import Files, text_of
from harness.site.problem import Problem
from harness.site.said import Said, Topic

_RUN, _LOCK, LOG_DIR = "/run/kea", "/run/lock/kea", "/var/log/kea"
_LEASES = "/var/lib/kea"
_DEAF = "DHCPSRV_NO_SOCKETS_OPEN"
_REFUSED = re.compile(r"DHCPSRV_OPEN_SOCKET_FAIL (.*)")
_TELLING = ("Syntax check failed with: ", "Error encountered: ")
_HEAD = re.compile(r"^.*?\b(?:WARN|ERROR|FATAL) +(?:\[\S+\] )?")
"""Time, severity, logger and thread: what is before a message's name."""


class Kea(SiteDaemon):
    """One of Kea's servers; the two address families are two daemons."""

    program = "kea"
    family: ClassVar[Family]
    digit: ClassVar[str]
    port: ClassVar[int]
    sign = "its UDP port"
    writes = (_LEASES, LOG_DIR)
    # What it warns of at every start, and of single clients, is not its configuration.
    warning = re.compile(
        r"\bWARN\b ++(?:\[\S+\] )?+(?!DHCP[46]_MULTI_THREADING|ALLOC_ENGINE|DHCP[46]_PACKET)"
    )

    @classmethod
    def set_up(cls, files: Files) -> str:
        """Look for an interface to serve: as Debian has its file, there is none."""
        return next(configuration.interfaces(files, cls.configured_by), "")

    @classmethod
    def says(cls, files: Files) -> Iterator[Said]:
        """Give its interfaces, networks, boot files and hosts."""
        return configuration.says(files, cls.configured_by)

    @classmethod
    def accepts(cls, site: Site) -> Acceptance:
        """Go by its pools, classes and reservations."""
        return configuration.accepts(site, cls.configured_by)

    @classmethod
    def facts(cls, site: Site) -> Daemon:
        """Add what it leases."""
        pools = ", ".join(configuration.pools(site, cls.configured_by))
        role = Role.dhcp(cls.family)
        return replace(
            super().facts(site),
            pools=((role, pools or f"of /{cls.configured_by}"),),
            logs_by_transaction=True,
            # As an answer's status says it.
            no_subnet="could not select subnet",
            hears_no_relay=configuration.hears_no_relay(site, cls.configured_by, cls.family),
            no_free_lease=f"failed to allocate an {'IPv4' if cls.digit == '4' else 'IPv6'} ",
        )

    @classmethod
    def configuration_files(cls, site: Site) -> tuple[str, ...]:
        """Give its file and those that it includes."""
        return configuration.files_read(site, cls.configured_by)

    @classmethod
    def problems(cls, site: Site) -> Iterator[Problem]:
        """Look at the interfaces that it is told to serve, too."""
        yield from super().problems(site)
        said = [each for each in cls.says(site) if each.topic is Topic.INTERFACE]
        served = {each.text: each for each in said}
        if served and site.server.interface not in served:
            what, first = f"{cls.name} serves {' '.join(served)}", said[0]
            yield other_interface(site, first.path, what, first.line)

    def environment(self) -> Mapping[str, str]:
        """Give what Debian's unit gives it."""
        return {
            "KEA_PIDFILE_DIR": _RUN,
            "KEA_LOCKFILE_DIR": _LOCK,
            "KEA_LOGGER_DESTINATION": LOG_DIR,
        }

    def laid_instead(self) -> Mapping[str, str]:
        """Leave out its peer and its database, and let it log what it leases."""
        return configuration.as_in_a_lab(self.site, self.configured_by)

    def command(self) -> Sequence[str]:
        """Run in the foreground, as it always does."""
        return (f"kea-dhcp{self.digit}", "-c", f"/{self.configured_by}")

    def check_command(self) -> Sequence[str]:
        """`-t`: parses the configuration; names file, line and column."""
        return (f"kea-dhcp{self.digit}", "-t", f"/{self.configured_by}")

    def check(self) -> None:
        """Let it judge its files where it may write its log."""
        self._make_places()
        super().check()

    def start(self) -> None:
        """Start it with the directories that systemd makes for it, and the site's leases if any."""
        self._make_places()
        leases = f"{_LEASES}/kea-leases{self.digit}.csv"
        place = self.enclosure.path(leases)
        if self.site.has(leases) and not place.exists():
            place.write_text(text_of(self.site, leases))
        super().start()

    def _make_places(self) -> None:
        for place in (_RUN, _LOCK):
            self.enclosure.path(place).mkdir(parents=True, exist_ok=True)

    def is_ready(self) -> bool:
        """Its port is bound: what it logs, and where, is the site's to say.

        It goes on without one, where another server of this host has the port.
        """
        said = "\n".join(self.said())
        if _DEAF in said:
            why = next(iter(_REFUSED.findall(said)), "it listens nowhere")
            raise ServiceError(
                self.name,
                f"does not serve: {why}",
                cure="Kea shares its port with no other server of its host",
                last_lines=self.last_words(),
                log_path=self.log_path,
            )
        return self.listens("udp", self.port, itself=True)

    def essence(self, said: Sequence[str]) -> str:
        """Give its last word on a configuration, which names file, line and column."""
        for before in _TELLING:
            for line in said:
                if before in line:
                    return line.partition(before)[2]
        failed = (line for line in said if re.search(r"\b(?:ERROR|FATAL)\b", line))
        return _HEAD.sub("", next(failed, super().essence(said)))

    def warnings(self) -> tuple[str, ...]:
        """Leave out what differs from one lab to the next: time and thread."""
        return tuple(dict.fromkeys(_HEAD.sub("", line) for line in super().warnings()))


class Kea4(Kea):
    """The DHCPv4 server."""

    name = "kea4"
    called = "kea-dhcp4"
    log = "kea4.log"
    tool = server_tool("kea-dhcp4", package="kea-dhcp4-server")
    roles: ClassVar[tuple[Role, ...]] = (Role.DHCPV4,)
    family = Family.IPV4
    digit = "4"
    port = 67
    configured_by = "etc/kea/kea-dhcp4.conf"
    hides = (configured_by,)
    units = ("kea-dhcp4-server.service", "kea-dhcp4.service")
    copied = ("etc/kea",)
    settings: ClassVar[Mapping[str, Sequence[str]]] = {
        "gives": ("pool", "ip-address"),
        "for": ("valid-lifetime", "max-valid-lifetime", "min-valid-lifetime"),
        "T1": ("renew-timer", "calculate-tee-times"),
        "T2": ("rebind-timer", "calculate-tee-times"),
        "mask": ("subnet",),
        "router": ("routers",),
        "DNS": ("domain-name-servers",),
        "host name": ("hostname", "host-name"),
        "domain": ("domain-name",),
        "root path": ("root-path", "data"),
        "MTU": ("interface-mtu",),
        "NTP": ("ntp-servers",),
        "search": ("domain-search",),
        "next-server": ("next-server",),
        "server name": ("server-hostname",),
        "TFTP server": ("tftp-server-name",),
        "file": ("boot-file-name", "data"),
        "option 67": ("boot-file-name", "data"),
        "vendor class": ("vendor-class-identifier",),
        "PXE": ("vendor-encapsulated-options", "vendor-encapsulated-options-space"),
        "looked at": ("only-if-required true",),
        "iPXE": ("option[77].hex", "option[77].text", "option[user-class].hex"),
        "iPXE options": ("option-data",),
        "server identifier": ("dhcp-server-identifier",),
    }


class Kea6(Kea):
    """The DHCPv6 server."""

    name = "kea6"
    called = "kea-dhcp6"
    log = "kea6.log"
    tool = server_tool("kea-dhcp6", package="kea-dhcp6-server")
    roles = (Role.DHCPV6,)
    family = Family.IPV6
    digit = "6"
    port = 547
    configured_by = "etc/kea/kea-dhcp6.conf"
    hides = (configured_by,)
    units = ("kea-dhcp6-server.service", "kea-dhcp6.service")
    copied = ("etc/kea",)
    settings: ClassVar[Mapping[str, Sequence[str]]] = {
        "gives": ("pool", "ip-addresses"),
        "for": ("valid-lifetime", "max-valid-lifetime", "min-valid-lifetime"),
        "preferred": ("preferred-lifetime",),
        "T1": ("renew-timer", "calculate-tee-times"),
        "T2": ("rebind-timer", "calculate-tee-times"),
        "DNS": ("dns-servers",),
        "search": ("domain-search",),
        "SNTP": ("sntp-servers",),
        "information refresh": ("information-refresh-time",),
        "file": ("bootfile-url", "data"),
        "parameters": ("bootfile-param",),
        "vendor class": ("vendor-class",),
        "looked at": ("only-if-required true",),
        "iPXE": ("option[15].hex", "option[15].text", "option[user-class].hex"),
        "preference": ("preference",),
        "unicast to": ("unicast",),
    }
