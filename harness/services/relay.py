"""dhcrelay, which passes DHCP on between the machines' network and the server's (isc-dhcp-relay).

It is another host's: how that is configured, no file of the site's says but `[relay]`.
"""

from collections.abc import Sequence

from harness.host.tools import TOOLS
from harness.services.base import Service

NEAR, FAR = "machines", "server"
"""Its interfaces, by whose network they lead to."""


class DhcpRelay(Service):
    """Passes DHCPv4 on, with its own address as giaddr."""

    name = "relay"
    tool = TOOLS["dhcrelay"]
    ready = "Sending on   Socket/fallback"

    def command(self) -> Sequence[str]:
        """Run in the foreground; `-id` and `-iu`: it answers on the one, and asks by the other."""
        server = self.site.server.ipv4
        own = () if server is None else (str(server.ip),)
        return ("dhcrelay", "-4", "-d", "--no-pid", "-id", NEAR, "-iu", FAR, *own)
