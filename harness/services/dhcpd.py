"""ISC dhcpd, as a DHCPv4 and as a DHCPv6 server (package isc-dhcp-server).

Started as Debian's init script does: interfaces, options and the place of the
configuration come from the site's /etc/default/isc-dhcp-server.
"""

import re
import shlex
from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

from harness.errors import LAST_LINES
from harness.model import Daemon, Family, Role
from harness.services.site_daemon import SiteDaemon
from harness.site import Site, defaults
from harness.site.files import normal

_SETTINGS = "etc/default/isc-dhcp-server"
_RANGE = re.compile(r"\brange6?\s+([0-9a-fA-F:.]+)(?:\s+([0-9a-fA-F:.]+))?\s*;")
_BANNER = ("Internet Systems Consortium DHCP", "Copyright ", "All rights reserved", "For info, ")
_ADVICE = "If you think you have received this message due to a bug"


def _own_words(said: Sequence[str]) -> tuple[str, ...]:
    """Give what dhcpd said, without the banner and the advice on bug reports."""
    own: list[str] = []
    for line in said:
        if line.startswith(_ADVICE):
            break
        if line.strip() and not line.startswith(_BANNER):
            own.append(line)
    return tuple(own)


class Dhcpd(SiteDaemon):
    """One dhcpd; the two address families are two daemons."""

    tool = "dhcpd"
    sign = "`Server starting service`"
    program = "dhcpd"
    family: ClassVar[Family]
    digit: ClassVar[str]
    stem: ClassVar[str]
    """How Debian calls its files."""

    @classmethod
    def configuration(cls, site: Site) -> str:
        """Give where its settings say, else where Debian has it."""
        settings = defaults.read(site, _SETTINGS)
        return normal(settings.get(f"DHCPDv{cls.digit}_CONF", f"etc/dhcp/{cls.stem}.conf"))

    @classmethod
    def facts(cls, site: Site) -> Daemon:
        """Add what it leases."""
        known = super().facts(site)
        text = site.read(known.configuration) if site.has(known.configuration) else ""
        found = _RANGE.findall(re.sub(r"#.*", "", text))
        pools = ", ".join(f"{first} to {last or first}" for first, last in found)
        return replace(
            known,
            pools=((Role.dhcp(cls.family), pools or f"of /{known.configuration}"),),
            no_free_lease="no free leases",
        )

    def command(self) -> Sequence[str]:
        """Run in the foreground (`-f`), logging to standard error (`-d`).

        `-d` alone would do the first as well; both, because the manual promises no more.
        """
        settings = self._settings()
        options = shlex.split(settings.get("OPTIONS", ""))
        interfaces = settings.get(f"INTERFACESv{self.digit}", "").split()
        return [*self._base(), "-f", "-d", "-lf", self._lease_file, *options, *interfaces]

    def check_command(self) -> Sequence[str]:
        """`dhcpd -t`: parses the configuration; names file, line and column."""
        return [*self._base(), "-t"]

    def is_ready(self) -> bool:
        """It says so itself, last thing before it waits for requests."""
        return self.logged(r"Server starting service\.")

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

    @property
    def _lease_file(self) -> str:
        """Where Debian keeps the leases."""
        return f"/var/lib/dhcp/{self.stem}.leases"

    def start(self) -> None:
        """Start it with the site's lease file, or the empty one that Debian's script would make."""
        leases_path = self.enclosure.path(self._lease_file)
        if not leases_path.exists():
            held = self.site.has(self._lease_file)
            leases_path.write_text(self.site.read(self._lease_file) if held else "")
        super().start()

    def _base(self) -> list[str]:
        """Give what check and start have in common."""
        place = f"/{self.configuration(self.site)}"
        return ["dhcpd", f"-{self.digit}", "-cf", place, "-pf", f"/run/{self.stem}.pid"]

    def _settings(self) -> dict[str, str]:
        """Read /etc/default/isc-dhcp-server of the site."""
        return defaults.read(self.site, _SETTINGS)


class Dhcpd4(Dhcpd):
    """The DHCPv4 server."""

    name = "dhcpd4"
    called = "dhcpd -4"
    log = "dhcpd4.log"
    roles = (Role.DHCPV4,)
    family = Family.IPV4
    digit = "4"
    stem = "dhcpd"


class Dhcpd6(Dhcpd):
    """The DHCPv6 server."""

    name = "dhcpd6"
    called = "dhcpd -6"
    log = "dhcpd6.log"
    roles = (Role.DHCPV6,)
    family = Family.IPV6
    digit = "6"
    stem = "dhcpd6"


class RogueDhcpd(Dhcpd4):
    """Somebody else's DHCPv4 server on the same bridge, for scenarios."""

    name = "rogue"
    interface = "rogue0"
    directory = "/run/harness/rogue"

    def command(self) -> Sequence[str]:
        """Run on its own interface only."""
        return [*self._base(), "-f", "-d", "-lf", self._lease_file, self.interface]

    @property
    def _lease_file(self) -> str:
        """Its leases are its own."""
        return f"{self.directory}/leases"

    def _base(self) -> list[str]:
        """Use its own configuration."""
        conf, pid_file = f"{self.directory}/dhcpd.conf", f"{self.directory}/pid"
        return ["dhcpd", "-4", "-cf", conf, "-pf", pid_file]
