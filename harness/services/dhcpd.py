"""ISC dhcpd, as a DHCPv4 and as a DHCPv6 server (package isc-dhcp-server).

Started as Debian's init script does: interfaces, options and the place of the
configuration come from the site's /etc/default/isc-dhcp-server.
"""

import re
import shlex
from collections.abc import Sequence
from typing import ClassVar

from harness.services.base import Service
from harness.site import defaults


class Dhcpd(Service):
    """One dhcpd; the two address families are two daemons."""

    tool = "dhcpd"
    digit: ClassVar[str]

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
        """Name the first `file line N: what`; the line with the caret gives the column."""
        for number, line in enumerate(said):
            if re.search(r" line \d+: ", line):
                caret = next((text for text in said[number + 1 : number + 3] if "^" in text), "")
                column = f", column {caret.index('^') + 1}" if caret else ""
                return f"{line}{column}"
        return super().essence(said)

    @property
    def _lease_file(self) -> str:
        """Where Debian keeps the leases."""
        return "/var/lib/dhcp/dhcpd.leases" if self.digit == "4" else "/var/lib/dhcp/dhcpd6.leases"

    def start(self) -> None:
        """Start it with the empty lease file that Debian's script would make."""
        self.enclosure.path(self._lease_file).touch()
        super().start()

    def _base(self) -> list[str]:
        """Give what check and start have in common."""
        stem = "dhcpd" if self.digit == "4" else "dhcpd6"
        conf = self._settings().get(f"DHCPDv{self.digit}_CONF", f"/etc/dhcp/{stem}.conf")
        return ["dhcpd", f"-{self.digit}", "-cf", conf, "-pf", f"/run/{stem}.pid"]

    def _settings(self) -> dict[str, str]:
        """Read /etc/default/isc-dhcp-server of the site."""
        return defaults.read(self.site, "etc/default/isc-dhcp-server")


class Dhcpd4(Dhcpd):
    """The DHCPv4 server."""

    name = "dhcpd4"
    digit = "4"


class Dhcpd6(Dhcpd):
    """The DHCPv6 server."""

    name = "dhcpd6"
    digit = "6"


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
