"""The router between the machines' network and the server's, where a site has one: `[relay]`.

Owns its namespace, its two interfaces and the routes: the machines' bridge is the lab's own, which
is captured; the server has another one.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Interface
from pathlib import Path

from harness.deadline import Pace
from harness.lab.inner_namespace import InnerNamespace
from harness.lab.namespace import Namespace
from harness.lab.network import BRIDGE, RELAY_PORTS, SERVER_BRIDGE
from harness.services.relay import FAR, NEAR, DhcpRelay
from harness.site import Site
from harness.site.server import Relay

_NAME = "relay"
_MACS = "52:54:00:00:00:03", "52:54:00:00:00:04"


@dataclass(frozen=True)
class RelayHost:
    """The one of a lab."""

    namespace: Namespace
    relay: Relay
    server: IPv4Interface

    @classmethod
    def of(cls, namespace: Namespace, site: Site) -> "RelayHost | None":
        """Give it, where the site has one."""
        if site.relay is None or site.server.ipv4 is None:
            return None
        return cls(namespace, site.relay, site.server.ipv4)

    def service(self, site: Site, log_dir: Path, pace: Pace) -> DhcpRelay:
        """Give what relays."""
        return DhcpRelay(InnerNamespace(self.namespace, _NAME), site, log_dir, pace)

    def connect(self) -> None:
        """Make its namespace, both cables, and the routes of both sides."""
        inner = InnerNamespace(self.namespace, _NAME)
        inner.make(self._commands(), "the relay between the machines' network and the server's")

    def _commands(self) -> Iterator[str]:
        uplink = self.relay.uplink_in(self.server)
        sides = zip(
            (NEAR, FAR),
            RELAY_PORTS,
            (BRIDGE, SERVER_BRIDGE),
            _MACS,
            (self.relay.ipv4, uplink),
            strict=True,
        )
        for name, port, bridge, mac, address in sides:
            yield f"ip link add {port} type veth peer name {name} address {mac} netns {_NAME}"
            yield f"ip link set {port} addrgenmode none && ip link set {port} master {bridge} up"
            yield f"ip -n {_NAME} link set {name} addrgenmode none"
            yield f"ip -n {_NAME} addr add {address} dev {name}"
            yield f"ip -n {_NAME} link set {name} up"
        yield f"ip -n {_NAME} route add default via {self.server.ip}"
        yield f"ip route add {self.relay.ipv4.network} via {uplink.ip}"
        forwards = "echo 1 >/proc/sys/net/ipv4/ip_forward"
        yield f"nsenter --net=/run/netns/{_NAME} sh -c '{forwards}'"
