"""What one site's addresses are in another: the same servers on another network.

A server is the other site's server; whoever else is in its network has the same place there.
The other site's own addresses are somebody else's here, whoever has kept one by mistake: each
address of one site stands for one of the other, never two for the same.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Self, TypeVar

from harness.compare.ask import Network
from harness.model import read_address
from harness.site import Site

_T = TypeVar("_T")
_ADDRESS = re.compile(
    r"(?<![\w.:])[0-9a-fA-F]{0,4}:[0-9a-fA-F:.]*[0-9a-fA-F:]|(?<![\w.])[0-9][0-9.]*[0-9]"
)


@dataclass(frozen=True, kw_only=True)
class Renumbering:
    """Which address of one site stands for which of another's; nothing where they are the same."""

    servers: Mapping[str, str]
    networks: Mapping[Network, Network]
    """Of the same size."""

    @classmethod
    def of(cls, one: Site, other: Site) -> Self:
        """Compare their servers, family by family."""
        servers: dict[str, str] = {}
        networks: dict[Network, Network] = {}
        for family in one.server.families:
            here, there = one.server.address(family), other.server.address(family)
            if here is None or there is None or here == there:
                continue
            servers[str(here.ip)] = str(there.ip)
            if here.network.prefixlen == there.network.prefixlen:
                networks[here.network] = there.network
        changed = {here: there for here, there in networks.items() if here != there}
        return cls(servers=servers, networks=changed)

    def __bool__(self) -> bool:
        """Whether any address is another."""
        return bool(self.servers)

    def says(self) -> Iterator[str]:
        """Say what stands for what: servers, then networks."""
        for here, there in (*self.servers.items(), *self.networks.items()):
            yield f"{here} is {there}"

    def of_network(self, network: Network) -> Network:
        """Give what a network is on the other side."""
        return _both_ways(self.networks).get(network, network)

    def applied(self, text: str) -> str:
        """Give a text with the other site's addresses in it."""
        return _ADDRESS.sub(lambda found: self._of(found[0]), text) if self else text

    def _of(self, text: str) -> str:
        servers = _both_ways(self.servers)
        if text in servers:
            return servers[text]
        address = read_address(text)
        if address is None:
            return text
        for here, there in _both_ways(self.networks).items():
            if address.version == here.version and address in here:
                return str(ip_address(int(address) - int(here[0]) + int(there[0])))
        return text


def _both_ways(pairs: Mapping[_T, _T]) -> Mapping[_T, _T]:
    """Give what stands for what, and for what the other side's own stands."""
    return {**{there: here for here, there in pairs.items()}, **pairs}
