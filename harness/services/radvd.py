"""radvd, the router advertisement daemon (package radvd)."""

from collections.abc import Sequence

from harness.model import Role
from harness.services.site_daemon import SiteDaemon
from harness.site import Site


class Radvd(SiteDaemon):
    """Sends the router advertisements that make IPv6 hosts ask DHCPv6."""

    name = "radvd"
    tool = "radvd"
    sign = "`polling for`"
    roles = (Role.RA,)

    @classmethod
    def configuration(cls, site: Site) -> str:
        """Give where Debian has it."""
        return "etc/radvd.conf"

    def command(self) -> Sequence[str]:
        """As Debian's unit, in the foreground; debug level 1 tells when it is up."""
        return ["radvd", "--nodaemon", "--logmethod", "stderr_clean", "--debug", "1"]

    def check_command(self) -> Sequence[str]:
        """`radvd --configtest`, as Debian's unit does before it starts."""
        return ["radvd", "--logmethod", "stderr_clean", "--configtest"]

    def is_ready(self) -> bool:
        """It says when it will advertise next: its configuration is read, its sockets are open."""
        return self.logged(r"polling for .* second\(s\)")
