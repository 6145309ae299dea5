"""The router between the machines' network and the server's: it relays DHCP, and advertises itself.

Packages isc-dhcp-relay and radvd. It is another host's: how that is configured, no file of the
site's says but `[relay]`, and the radvd.conf that this may name.
"""

import re
from collections.abc import Sequence
from typing import ClassVar

from harness.deadline import Deadline
from harness.host.tools import TOOLS
from harness.model import Family, Role
from harness.services.base import Service
from harness.services.radvd import Radvd
from harness.site import Site
from harness.site.files import Files
from harness.site.server import RELAYS, ROUTER

NEAR, FAR = "machines", "server"
"""Its interfaces, by whose network they lead to."""
_CONFIGURATION = "/run/harness/router/radvd.conf"
_BETWEEN_S = 3.0
"""MIN_DELAY_BETWEEN_RAS (RFC 4861, 10), in the host's seconds."""
_PID_FILE = "/run/harness/router/radvd.pid"
_MANAGED = """interface {interface}
{{
  AdvSendAdvert on;
  AdvManagedFlag on;
  AdvOtherConfigFlag on;
  MinRtrAdvInterval 3;
  MaxRtrAdvInterval 10;

  prefix {network}
  {{
    AdvOnLink on;
    AdvAutonomous off;
  }};
}};
"""
"""What a router says that relays DHCPv6: addresses come from there (RFC 4861, 4.2; RFC 8415)."""


class DhcpRelay(Service):
    """Passes DHCP of one family on, with its own address in the machines' network."""

    family: ClassVar[Family]
    tool = TOOLS["dhcrelay"]

    @property
    def _servers(self) -> Sequence[str]:
        """The addresses of all that answer DHCP, each asked as any relay asks several."""
        serving = {each.host for each in self.site.daemon_facts.filling(Role.dhcp(self.family))}
        further = (each.server for name, each in self.site.hosts.items() if name in serving)
        first = () if serving and "" not in serving else (self.site.server,)
        own = (each.address(self.family) for each in (*first, *further))
        return [str(each.ip) for each in own if each is not None]


class DhcpRelay4(DhcpRelay):
    """Passes DHCPv4 on: its address is giaddr."""

    name = RELAYS[Family.IPV4]
    family = Family.IPV4
    ready = "Sending on   Socket/fallback"

    def command(self) -> Sequence[str]:
        """Run in the foreground; `-id` and `-iu`: it answers on the one, and asks by the other."""
        near = near_interface(self.site)
        return ("dhcrelay", "-4", "-d", "--no-pid", "-id", near, "-iu", FAR, *self._servers)


class DhcpRelay6(DhcpRelay):
    """Passes DHCPv6 on: its address is link-address."""

    name = RELAYS[Family.IPV6]
    family = Family.IPV6
    sign = "its sockets on both interfaces"

    def command(self) -> Sequence[str]:
        """Run in the foreground; `-l` is the machines' side, `-u` the server's."""
        relay, near = self.site.relay, near_interface(self.site)
        own = "" if relay is None or relay.ipv6 is None else f"{relay.ipv6.ip}%"
        uppers = (word for each in self._servers for word in ("-u", f"{each}%{FAR}"))
        return ("dhcrelay", "-6", "-d", "--no-pid", "-l", f"{own}{near}", *uppers)

    def is_ready(self) -> bool:
        """Whether it has told of both interfaces, in whichever order."""
        near = near_interface(self.site)
        return all(self.logged(rf"Sending on +Socket/{re.escape(each)}\n") for each in (near, FAR))


class RouterRadvd(Radvd):
    """Sends the relay's own router advertisements: machines' addresses come from DHCPv6."""

    name = ROUTER
    called = "the relay's radvd"
    program = "radvd"
    log = "router.log"
    hides = ()
    units = ()
    copied = ()

    @classmethod
    def configuration(cls, files: Files) -> str:
        """Give the file that `[relay]` names; "" where the harness has written it."""
        return files.relay.advertisements if isinstance(files, Site) and files.relay else ""

    @classmethod
    def configuration_files(cls, site: Site) -> tuple[str, ...]:
        """Give that file, where there is one."""
        path = cls.configuration(site)
        return (path,) if path and site.has(path) else ()

    @classmethod
    def set_up(cls, _files: Files) -> str:
        """No file of the server's sets it up."""
        return ""

    def command(self) -> Sequence[str]:
        """Run by the router's own configuration; the server may have a radvd of its own."""
        return [*self.argv, "--config", _CONFIGURATION, "--pidfile", _PID_FILE]

    def check_command(self) -> Sequence[str]:
        """Judge that."""
        return [*self.check_argv, "--config", _CONFIGURATION]

    def check(self) -> None:
        """Write the configuration, and let radvd judge it."""
        place = self.enclosure.path(_CONFIGURATION)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(router_configuration(self.site))
        super().check()

    def start(self) -> None:
        """Run it; its first advertisement goes out at once."""
        super().start()
        self._rests = Deadline(_BETWEEN_S, "the next router advertisement")

    def is_ready(self) -> bool:
        """Whether it answers who solicits: two advertisements to all are so far apart.

        Machines need it for their way to the server, and on the fast clock they are there, and have
        given up, before it may speak again.
        """
        return super().is_ready() and self._rests.expired

    def essence(self, said: Sequence[str]) -> str:
        """Name the site's file for the copy of it."""
        return super().essence(said).replace(_CONFIGURATION, f"/{self.configuration(self.site)}")


def near_interface(site: Site) -> str:
    """Give how the router calls its interface in the machines' network."""
    served = RouterRadvd.interfaces(site) if RouterRadvd.configuration(site) else ()
    return next(iter(served), NEAR)


def router_configuration(site: Site) -> str:
    """Give the text of the router's radvd.conf."""
    if (own := RouterRadvd.configuration(site)) and site.has(own):
        return site.read(own)
    relay = site.relay
    network = "" if relay is None or relay.ipv6 is None else str(relay.ipv6.network)
    return _MANAGED.format(interface=NEAR, network=network)


RELAY_SERVICES: Sequence[tuple[Family, type[Service]]] = (
    (Family.IPV4, DhcpRelay4),
    (Family.IPV6, DhcpRelay6),
    (Family.IPV6, RouterRadvd),
)
"""What runs on it for each family."""
