"""What of the world beyond a lab has a stand-in: hosts, their names, and who resolves these.

Owns which addresses that takes. A name is given an address of the range for tests of network
devices (RFC 2544, RFC 5180), which no site uses; the servers that machines are told to ask are
stood in for at their own addresses.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address

from harness.model import Address, Role, read_address
from harness.site.model import Site
from harness.site.said import Said, Topic

_IPV4, _IPV6 = IPv4Address("198.18.0.0"), IPv6Address("2001:2:0:1::")
_RESOLVER = 0xFF35
"""Which address of either range is the resolver's that nobody has named."""


@dataclass(frozen=True, kw_only=True)
class StandIn:
    """A host beyond the lab."""

    host: str
    """Its name or address, as URLs have it."""
    addresses: tuple[Address, ...]
    directory: str
    """What it gives out, as a path in the site."""


@dataclass(frozen=True, kw_only=True)
class Beyond:
    """All that stands in for the world beyond one lab."""

    stand_ins: tuple[StandIn, ...]
    resolvers: tuple[Address, ...]
    """Where the names of the stand-ins, and no others, are answered for."""
    lacks_dns: bool
    """Whether machines are told to ask the server itself, and it runs nobody who answers."""
    near: tuple[Address, ...]
    """Addresses of its in the server's own networks: routers, resolvers of other machines."""

    @property
    def far(self) -> tuple[Address, ...]:
        """Its addresses to which only a router leads."""
        of_hosts = (address for each in self.stand_ins for address in each.addresses)
        named = dict.fromkeys((*of_hosts, *self.resolvers))
        return tuple(address for address in named if address not in self.near)

    @property
    def own_resolvers(self) -> tuple[Address, ...]:
        """The resolver's addresses that no site has named."""
        own = (_IPV4 + _RESOLVER, _IPV6 + _RESOLVER)
        return tuple(address for address in self.resolvers if address in own)


def beyond(site: Site, said: Iterable[Said]) -> Beyond:
    """Say what stands in for hosts beyond the lab; `said` is what the daemons' files say."""
    said = tuple(said)
    own = site.server.interfaces
    ours = {each.ip for each in own}
    versions: set[int] = {each.version for each in own}
    stand_ins = tuple(_stand_ins(site, versions, _names(said)))
    fallback = (each for each in (_IPV4, _IPV6) if each.version in versions)
    resolvers = (
        *_addresses(said, Topic.DNS_SERVER, Topic.UPSTREAM),
        *(each + _RESOLVER for each in fallback),
    )
    foreign = tuple(a for a in dict.fromkeys(resolvers) if a not in ours and not a.is_loopback)
    literal = (address for each in stand_ins for address in each.addresses)
    used = dict.fromkeys((*_addresses(said, Topic.ROUTER), *foreign, *literal))
    near = (a for a in used if a not in ours and any(a in each.network for each in own))
    asks_us = any(address in ours for address in _addresses(said, Topic.DNS_SERVER))
    return Beyond(
        stand_ins=stand_ins,
        resolvers=foreign,
        lacks_dns=asks_us and site.daemon_facts.by_role(Role.DNS) is None,
        near=tuple(near),
    )


def _stand_ins(
    site: Site, versions: set[int], known: Mapping[str, Sequence[Address]]
) -> Iterator[StandIn]:
    """Give each host the address that it is, or that the site's own DNS server has for it."""
    ranges = [first for first in (_IPV4, _IPV6) if first.version in versions]
    for number, host in enumerate(site.outside, start=1):
        literal = read_address(host)
        own = [literal] if literal is not None else known.get(host, ())
        addresses = own or [first + number for first in ranges]
        yield StandIn(host=host, addresses=tuple(addresses), directory=site.outside_root(host))


def _names(said: Iterable[Said]) -> Mapping[str, Sequence[Address]]:
    found: dict[str, list[Address]] = {}
    for each in said:
        address = read_address(each.value) if each.topic is Topic.NAME else None
        if address is not None:
            found.setdefault(each.text.lower(), []).append(address)
    return found


def _addresses(said: Iterable[Said], *topics: Topic) -> Iterator[Address]:
    for each in said:
        address = read_address(each.text) if each.topic in topics else None
        if address is not None:
            yield address
