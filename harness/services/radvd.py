"""radvd, the router advertisement daemon (package radvd)."""

import re
from collections.abc import Iterator, Sequence

from harness.host.tools import server_tool
from harness.model import Family, Role
from harness.services.site_daemon import SiteDaemon
from harness.site import Site
from harness.site.check import other_interface
from harness.site.problem import Problem

_INTERFACE = re.compile(r"^\s*interface\s+([^\s{]+)", re.MULTILINE)


class Radvd(SiteDaemon):
    """Sends the router advertisements that make IPv6 hosts ask DHCPv6."""

    name = "radvd"
    tool = server_tool("radvd")
    sign = "`polling for`"
    roles = (Role.RA,)
    family = Family.IPV6

    @classmethod
    def configuration(cls, site: Site) -> str:
        """Give where Debian has it."""
        return "etc/radvd.conf"

    @classmethod
    def problems(cls, site: Site) -> Iterator[Problem]:
        """Look at the interfaces that it is told to serve, too."""
        yield from super().problems(site)
        path = cls.configuration(site)
        served = _INTERFACE.findall(site.read(path)) if site.has(path) else [site.server.interface]
        if site.server.interface not in served:
            yield other_interface(site, path, f"radvd serves {' '.join(served) or 'no interface'}")

    def command(self) -> Sequence[str]:
        """As Debian's unit, in the foreground; debug level 1 tells when it is up."""
        return ["radvd", "--nodaemon", "--logmethod", "stderr_clean", "--debug", "1"]

    def check_command(self) -> Sequence[str]:
        """`radvd --configtest`, as Debian's unit does before it starts."""
        return ["radvd", "--logmethod", "stderr_clean", "--configtest"]

    def is_ready(self) -> bool:
        """It says when it will advertise next: its configuration is read, its sockets are open."""
        return self.logged(r"polling for .* second\(s\)")
