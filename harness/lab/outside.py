"""The world beyond a lab, as far as a site's `[outside]` names it: a network namespace of its own.

A cable leads there from the server, which forwards as a router does; where machines are told
of another router or resolver in their own network, that is there, too, by a port of the bridge.
All else stays unroutable.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Interface, IPv6Interface
from pathlib import Path

from harness.deadline import Pace
from harness.lab.inner_namespace import InnerNamespace
from harness.lab.namespace import Namespace
from harness.lab.network import BRIDGE, CABLE, PORT, SERVER_BRIDGE
from harness.model import Address
from harness.services.base import Service
from harness.services.outside import OutsideDns, OutsideWeb, ServerDns
from harness.services.registry import says
from harness.site import Site
from harness.site.beyond import Beyond, beyond

_NAME = "outside"
_Interface = IPv4Interface | IPv6Interface
_ENDS: tuple[tuple[_Interface, _Interface], ...] = (
    (IPv4Interface("198.18.254.1/30"), IPv4Interface("198.18.254.2/30")),
    (IPv6Interface("2001:2:0:2::1/126"), IPv6Interface("2001:2:0:2::2/126")),
)
"""Of the cable, in either family: the server's end, the other."""
_OTHER_MAC = "52:54:00:00:00:02"


@dataclass(frozen=True)
class Outside:
    """The stand-ins of one lab."""

    namespace: Namespace
    site: Site
    beyond: Beyond

    @classmethod
    def of(cls, namespace: Namespace, site: Site) -> "Outside":
        """Ask the site's daemons whom they and their clients are told to ask."""
        return cls(namespace, site, beyond(site, says(site)))

    @property
    def resolvers(self) -> tuple[str, ...]:
        """Whom the server asks for names where the site does not say."""
        return tuple(map(str, self.beyond.own_resolvers))

    def services(self, site: Site, log_dir: Path, pace: Pace) -> Mapping[str, Service]:
        """Give the daemons that stand in."""
        place = InnerNamespace(self.namespace, _NAME)
        made: list[Service] = [
            OutsideWeb(place, site, log_dir, pace, beyond=self.beyond),
            OutsideDns(place, site, log_dir, pace, beyond=self.beyond),
        ]
        if self.beyond.lacks_dns:
            made.append(ServerDns(self.namespace, site, log_dir, pace, beyond=self.beyond))
        return {service.name: service for service in made}

    def connect(self) -> None:
        """Make the namespace, the cable, and whatever leads there."""
        inner = InnerNamespace(self.namespace, _NAME)
        inner.make(self._commands(), "the stand-ins for hosts beyond the lab")

    def _commands(self) -> Iterator[str]:
        yield f"ip link add {CABLE} type veth peer name {CABLE} netns {_NAME}"
        for here, there in _ENDS:
            yield f"ip addr add {here} dev {CABLE} {_flags(here.ip)}"
            yield f"ip -n {_NAME} addr add {there} dev {CABLE} {_flags(there.ip)}"
        yield f"ip link set {CABLE} up && ip -n {_NAME} link set {CABLE} up"
        for here, there in _ENDS:
            yield f"ip -n {_NAME} route add default via {here.ip}"
            for address in self.beyond.far:
                if address.version == there.version:
                    yield f"ip -n {_NAME} addr add {address} dev lo {_flags(address)}"
                    yield f"ip route add {address} via {there.ip}"
        yield "echo 1 >/proc/sys/net/ipv4/ip_forward"
        if self.beyond.near:
            yield from self._near()

    def _near(self) -> Iterator[str]:
        """Put the addresses of other machines in the server's own networks on the bridge."""
        yield f"ip link add {PORT} type veth peer name {PORT} address {_OTHER_MAC} netns {_NAME}"
        yield f"ip link set {PORT} addrgenmode none"
        bridge = BRIDGE if self.site.relay is None else SERVER_BRIDGE
        yield f"ip link set {PORT} master {bridge} up"
        for address in self.beyond.near:
            for each in self.site.server.interfaces:
                if address in each.network:
                    place = f"{address}/{each.network.prefixlen}"
                    yield f"ip -n {_NAME} addr add {place} dev {PORT} {_flags(address)}"
        yield f"ip -n {_NAME} link set {PORT} up"


def _flags(address: Address) -> str:
    return "nodad" if address.version == 6 else ""
