"""Addresses in DHCP's answers that are in no network which is served, or that two hosts have."""

import re
from collections.abc import Iterator, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from itertools import product

from harness.examine.finding import Finding, warning
from harness.examine.hosts import said_of
from harness.model import Role
from harness.site import Site
from harness.site.places import places
from harness.site.said import Said, Topic

_Network = IPv4Network | IPv6Network


def findings(site: Site) -> Iterator[Finding]:
    """Go through routers and reserved addresses."""
    networks = [
        *(ip_network(each.text) for each in said_of(site) if _is_told(each)),
        *(each.network for each in site.server.interfaces),
    ]
    yield from _anycast(site, networks)
    known: dict[str, Said] = {}
    for said in said_of(site):
        address = _address(said.text) if said.topic in (Topic.ASKS, Topic.ROUTER) else None
        if address is None:
            continue
        own = [each for each in networks if each.version == address.version]
        is_in = any(address in each for each in own)
        if said.topic is Topic.ROUTER and own and not is_in:
            what = f"the router {address} is not in {_listed(own)}, where machines are served"
            yield warning(said.place, f"{what}: they cannot reach it")
        elif said.topic is Topic.ASKS and own and not is_in:
            what = f"the reserved address {address} is not in {_listed(own)}, which is served"
            yield warning(said.place, f"{what}: the host is given another, or none")
        elif said.topic is Topic.ASKS and said.text in known:
            first = known[said.text]
            yield warning(said.place, f"{address} is reserved by {first.place} as well")
        if said.topic is Topic.ASKS:
            known.setdefault(said.text, said)


def _anycast(site: Site, networks: Sequence[_Network]) -> Iterator[Finding]:
    """Say which pool of IPv6 begins with the address that all routers of its network have."""
    serving = site.daemon_facts.filling(Role.DHCPV6)
    for network, daemon in product(dict.fromkeys(networks), serving):
        first = re.escape(str(network.network_address))
        # Of a whole network Kea leases from the first address on, others from anywhere; to dnsmasq
        # an address with no other behind it means the prefix that it advertises.
        own = rf"\brange6?[\s=]+{first}[\s,]+[\da-fA-F:]*:|\"pool\"\s*:\s*\"{first}[\s/-]"
        for each in places(site, daemon.files, own) if network.version == 6 else ():
            what = f"the pool begins with {network.network_address}, which is every router's there"
            yield warning(str(each), f"{what} (RFC 4291, 2.6.1): who is given it reaches nobody")


def _is_told(said: Said) -> bool:
    return said.topic is Topic.NETWORK and not said.guess


def _listed(networks: Sequence[_Network]) -> str:
    return " or ".join(dict.fromkeys(map(str, networks)))


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(text)
    except ValueError:  # a name, or what the configuration computes
        return None
