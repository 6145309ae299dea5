"""The router between the machines' network and the server's, where a site has one: `[relay]`.

Owns its namespace, its two interfaces and the routes: the machines' bridge is the lab's own, which
is captured; the server has another one.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Interface, IPv6Interface
from pathlib import Path

from harness.deadline import Pace
from harness.lab.inner_namespace import InnerNamespace
from harness.lab.namespace import Namespace
from harness.lab.network import BRIDGE, RELAY_PORTS, SERVER_BRIDGE
from harness.model import Family
from harness.services.base import Service
from harness.services.relay import FAR, RELAY_SERVICES, near_interface
from harness.site import Site
from harness.site.server import Relay

_Interface = IPv4Interface | IPv6Interface
_NAME = "relay"
_MACS = "52:54:00:00:00:03", "52:54:00:00:00:04"
_LINK_LOCAL = "fe80::5054:ff:fe00:3/64", "fe80::5054:ff:fe00:4/64"
"""Made of them (RFC 4291, appendix A): routers advertise themselves by such an address."""
_FORWARDING = {Family.IPV4: "ipv4/ip_forward", Family.IPV6: "ipv6/conf/all/forwarding"}


@dataclass(frozen=True)
class RelayHost:
    """The one of a lab."""

    namespace: Namespace
    site: Site
    relay: Relay

    @classmethod
    def of(cls, namespace: Namespace, site: Site) -> "RelayHost | None":
        """Give it, where the site has one."""
        return None if site.relay is None else cls(namespace, site, site.relay)

    def services(self, site: Site, log_dir: Path, pace: Pace) -> Iterator[Service]:
        """Give what relays, and what advertises the router."""
        inner = InnerNamespace(self.namespace, _NAME)
        for family, kind in RELAY_SERVICES:
            if family in self.relay.families:
                yield kind(inner, site, log_dir, pace)

    def connect(self) -> None:
        """Make its namespace, both cables, and the routes of both sides."""
        inner = InnerNamespace(self.namespace, _NAME)
        inner.make(self._commands(), "the relay between the machines' network and the server's")

    def _commands(self) -> Iterator[str]:
        ways = tuple(self._ways())
        names = near_interface(self.site), FAR
        sides = zip(names, RELAY_PORTS, (BRIDGE, SERVER_BRIDGE), _MACS, strict=True)
        for name, port, bridge, mac in sides:
            yield f"ip link add {port} type veth peer name {name} address {mac} netns {_NAME}"
            yield f"ip link set {port} addrgenmode none && ip link set {port} master {bridge} up"
            yield f"ip -n {_NAME} link set {name} addrgenmode none"
        for own, uplink, _ in ways:
            for name, address, link_local in zip(names, (own, uplink), _LINK_LOCAL, strict=True):
                at_once = "nodad" if own.version == 6 else ""
                yield f"ip -n {_NAME} addr add {address} dev {name} {at_once}"
                if own.version == 6:
                    yield f"ip -n {_NAME} addr add {link_local} dev {name} nodad"
        for name in names:
            yield f"ip -n {_NAME} link set {name} up"
        for own, uplink, server in ways:
            yield f"ip -n {_NAME} route add default via {server.ip}"
            yield f"ip route add {own.network} via {uplink.ip}"
            forwards = f"echo 1 >/proc/sys/net/{_FORWARDING[Family.of(str(own.ip))]}"
            yield f"nsenter --net=/run/netns/{_NAME} sh -c '{forwards}'"

    def _ways(self) -> Iterator[tuple[_Interface, _Interface, _Interface]]:
        """Give its address in either network, and the server's, of each family."""
        for family in self.relay.families:
            own, server = self.relay.address(family), self.site.server.address(family)
            if own is not None and server is not None:
                yield own, self.relay.uplink_in(server), server
