"""The addresses that a site has on its networks: its boot server's, and a relay's before it."""

from dataclasses import dataclass, replace
from ipaddress import IPv4Address, IPv4Interface, IPv6Address, IPv6Interface, ip_interface

from harness.model import Family

ROUTER = "router"
"""What a relay's router advertisements come from, as a site's daemons have names."""
RELAYS = {Family.IPV4: "relay", Family.IPV6: "relay6"}
"""What relays DHCP of each family."""
SERVER_MAC = "52:54:00:00:00:01"
"""Of the boot server's card, in a lab."""


@dataclass(frozen=True, kw_only=True)
class Server:
    """The boot server on its management network."""

    interface: str
    hostname: str
    ipv4: IPv4Interface | None
    ipv6: IPv6Interface | None

    @property
    def interfaces(self) -> tuple[IPv4Interface | IPv6Interface, ...]:
        """Its addresses with their networks, of the families that it has."""
        return tuple(each for each in (self.ipv4, self.ipv6) if each is not None)

    @property
    def addresses(self) -> frozenset[str]:
        """Its addresses, as the wire and URLs have them."""
        return frozenset(str(each.ip) for each in self.interfaces)

    @property
    def families(self) -> tuple[Family, ...]:
        """The address families of its network."""
        return tuple(family for family in Family if self.address(family) is not None)

    def address(self, family: Family) -> IPv4Interface | IPv6Interface | None:
        """Give its address of a family, with the network."""
        return self.ipv4 if family is Family.IPV4 else self.ipv6

    def without(self, family: Family) -> "Server":
        """Give it without its address of a family."""
        return replace(self, ipv4=None) if family is Family.IPV4 else replace(self, ipv6=None)


@dataclass(frozen=True, kw_only=True)
class Relay:
    """A router between the server's network and the machines', which relays DHCP.

    DHCPv4 by RFC 1542, DHCPv6 by RFC 8415, 19; over IPv6 it advertises itself to the machines.
    """

    ipv4: IPv4Interface | None = None
    """Its address in the machines' network: DHCP servers are told it (giaddr)."""
    ipv6: IPv6Interface | None = None
    """The same over IPv6 (link-address)."""
    uplink: IPv4Address | None = None
    """Its address in the server's; None: the last that is the network's."""
    uplink_ipv6: IPv6Address | None = None
    """The same over IPv6."""
    advertisements: str = ""
    """The path in the site of its own radvd.conf; "": it is the harness's."""

    @property
    def interfaces(self) -> tuple[IPv4Interface | IPv6Interface, ...]:
        """Its addresses in the machines' network, with that."""
        return tuple(each for each in (self.ipv4, self.ipv6) if each is not None)

    @property
    def families(self) -> tuple[Family, ...]:
        """The address families that it passes on."""
        return tuple(family for family in Family if self.address(family) is not None)

    def address(self, family: Family) -> IPv4Interface | IPv6Interface | None:
        """Give its address of a family in the machines' network, with that."""
        return self.ipv4 if family is Family.IPV4 else self.ipv6

    def without(self, family: Family) -> "Relay":
        """Give it without its addresses of a family."""
        if family is Family.IPV4:
            return replace(self, ipv4=None, uplink=None)
        return replace(self, ipv6=None, uplink_ipv6=None, advertisements="")

    def uplink_in(self, server: IPv4Interface | IPv6Interface) -> IPv4Interface | IPv6Interface:
        """Give its address in the network of the server's own."""
        network = server.network
        last = network.broadcast_address - 1
        given = self.uplink if server.version == 4 else self.uplink_ipv6
        address = given or (last if last != server.ip else last - 1)
        return ip_interface(f"{address}/{network.prefixlen}")
