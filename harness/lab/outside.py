"""The world beyond a lab, as far as a site's `[outside]` names it: a network namespace of its own.

A cable leads there from the server, which forwards as a router does; where machines are told
of another router or resolver in their own network, that is there, too, by a port of the bridge.
All else stays unroutable.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Interface, IPv6Interface
from pathlib import Path

from harness.deadline import Pace
from harness.errors import CommandError, NetworkError
from harness.lab.namespace import Namespace
from harness.lab.network import BRIDGE, CABLE, PORT
from harness.model import Address
from harness.process import Completed, Process
from harness.services.base import Service
from harness.services.outside import OutsideDns, OutsideWeb, ServerDns
from harness.services.registry import says
from harness.site import Site
from harness.site.beyond import Beyond, beyond

_NAME = "outside"
_PLACE = f"/run/netns/{_NAME}"
"""Where `ip netns` looks for it."""
_Interface = IPv4Interface | IPv6Interface
_ENDS: tuple[tuple[_Interface, _Interface], ...] = (
    (IPv4Interface("198.18.254.1/30"), IPv4Interface("198.18.254.2/30")),
    (IPv6Interface("2001:2:0:2::1/126"), IPv6Interface("2001:2:0:2::2/126")),
)
"""Of the cable, in either family: the server's end, the other."""
_OTHER_MAC = "52:54:00:00:00:02"


class OutsideNamespace:
    """Where the stand-ins run: the lab, but for its network."""

    def __init__(self, namespace: Namespace) -> None:
        """Keep the lab's namespaces."""
        self._lab = namespace
        self._enter = ("nsenter", f"--net={_PLACE}")

    @property
    def pid(self) -> int:
        """Pid 1 inside, as the host numbers it."""
        return self._lab.pid

    def run(self, argv: Sequence[str], *, timeout_s: float = 30.0, check: bool = True) -> Completed:
        """Run a command inside, to its end."""
        return self._lab.run([*self._enter, *argv], timeout_s=timeout_s, check=check)

    def start(
        self, argv: Sequence[str], *, log_path: Path, env: Mapping[str, str] | None = None
    ) -> Process:
        """Start a command inside."""
        return self._lab.start(argv, log_path=log_path, env=env, within=self._enter)

    def signal(self, started: Process, number: int) -> None:
        """Send a signal to a command that was started inside."""
        self._lab.signal(started, number)

    def path(self, inside: str | Path) -> Path:
        """Give the host's path of a path inside."""
        return self._lab.path(inside)


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
        place = OutsideNamespace(self.namespace)
        made: list[Service] = [
            OutsideWeb(place, site, log_dir, pace, beyond=self.beyond),
            OutsideDns(place, site, log_dir, pace, beyond=self.beyond),
        ]
        if self.beyond.lacks_dns:
            made.append(ServerDns(self.namespace, site, log_dir, pace, beyond=self.beyond))
        return {service.name: service for service in made}

    def connect(self) -> None:
        """Make the namespace, the cable, and whatever leads there."""
        script = "\n".join(("set -eu", *self._commands()))
        try:
            self.namespace.run(["sh", "-c", script])
        except CommandError as error:
            raise NetworkError(
                "the stand-ins for hosts beyond the lab could not be connected",
                last_lines=error.last_lines,
            ) from error

    def _commands(self) -> Iterator[str]:
        yield f"mkdir -p {Path(_PLACE).parent} && touch {_PLACE}"
        yield f"unshare --net={_PLACE} ip link set lo up"
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
        yield f"ip link set {PORT} master {BRIDGE} up"
        for address in self.beyond.near:
            for each in self.site.server.interfaces:
                if address in each.network:
                    place = f"{address}/{each.network.prefixlen}"
                    yield f"ip -n {_NAME} addr add {place} dev {PORT} {_flags(address)}"
        yield f"ip -n {_NAME} link set {PORT} up"


def _flags(address: Address) -> str:
    return "nodad" if address.version == 6 else ""
