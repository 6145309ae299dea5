"""The addresses that a site has on its networks: its boot server's, and a relay's before it."""

from dataclasses import dataclass, replace
from ipaddress import IPv4Address, IPv4Interface, IPv6Interface

from harness.model import Family


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
    """A router between the server's network and the machines', which relays DHCP (RFC 1542)."""

    ipv4: IPv4Interface
    """Its address in the machines' network: DHCP servers are told it (giaddr)."""
    uplink: IPv4Address | None = None
    """Its address in the server's; None: the last that is the network's."""

    def uplink_in(self, server: IPv4Interface) -> IPv4Interface:
        """Give its address in the server's network."""
        network = server.network
        last = network.broadcast_address - 1
        address = self.uplink or (last if last != server.ip else last - 1)
        return IPv4Interface(f"{address}/{network.prefixlen}")
