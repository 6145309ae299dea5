"""The hosts of a site besides its boot server, in a lab: each with files and processes of its own.

Owns their namespaces, which go with the lab's, their ports on its bridge, and their daemons.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Generic, TypeVar

from harness.assets.loader import supply_layer
from harness.deadline import Pace
from harness.lab.layers import Layers, laid_for, lay
from harness.lab.namespace import Namespace
from harness.lab.network import Network, introduction
from harness.model import Family
from harness.services.base import Service
from harness.site import Site
from harness.site.further_host import FurtherHost, further_log_dir, located

_S = TypeVar("_S", bound=Service)


@dataclass(kw_only=True)
class _Running(Generic[_S]):
    host: FurtherHost
    site: Site
    """The host, as a site for itself."""
    namespace: Namespace
    services: Sequence[_S] = ()


class FurtherHosts(Generic[_S]):
    """Those of one lab."""

    def __init__(self, namespace: Namespace, site: Site) -> None:
        """Keep the lab's namespaces, and the site."""
        self._site = site
        self._all: list[_Running[_S]] = []
        for name, host in site.hosts.items():
            own = Namespace(name=name, beside=namespace)
            self._all.append(_Running(host=host, site=site.each_host[name], namespace=own))

    def services(
        self, kinds: Mapping[str, Sequence[type[_S]]], log_dir: Path, pace: Pace
    ) -> Iterator[tuple[str, _S]]:
        """Make their daemons, of the `kinds` of each host; give each by its name in the lab."""
        for each in self._all:
            logs = further_log_dir(log_dir, each.host.name)
            each.services = [
                kind(each.namespace, each.site, logs, pace) for kind in kinds[each.host.name]
            ]
            for service in each.services:
                service.host = each.host.name
                yield located(service.name, each.host.name), service

    def enter(self, opened: ExitStack) -> None:
        """Make their namespaces, which `opened` ends."""
        for each in self._all:
            opened.enter_context(each.namespace)

    @contextmanager
    def up(self, layers: Layers, network: Network, *, as_run: bool = True) -> Iterator[None]:
        """Have all of them, one step after the other."""
        with ExitStack() as opened:
            self.enter(opened)
            self.lay(layers, as_run=as_run)
            self.connect(network)
            yield

    def lay(self, layers: Layers, *, as_run: bool = True) -> None:
        """Make each one's files look like its part of the site; `layers` are the boot server's.

        `as_run`: with what daemons need laid otherwise.
        """
        for each in self._all:
            supply = each.site.supply
            own = replace(
                layers.serving(each.services),
                supply_dir=supply_layer(supply) if supply else None,
                live_dir=None,
                payload=each.host.own(layers.payload),
                evidence_dir=further_log_dir(layers.evidence_dir / "log", each.host.name).parent,
                kernel_nfs=False,
            )
            laid = laid_for(each.site, each.services, as_run=as_run)
            lay(each.namespace, laid, own)
            each.namespace.finish()

    def connect(self, network: Network) -> None:
        """Put each on the bridge that the boot server is on, with its addresses."""
        for each in self._all:
            if each.host.server.ipv6 is None:
                # Of interfaces yet to come: Linux tells of their groups otherwise (RFC 3810).
                switch = "/proc/sys/net/ipv6/conf/default/disable_ipv6"
                each.namespace.run(["sh", "-c", f"[ ! -e {switch} ] || echo 1 >{switch}"])
            network.connect(each.host, pid=each.namespace.pid_in_lab)
            commands = "".join(f"{line}\n" for line in self._commands(each))
            each.namespace.run(["ip", "-batch", "-"], stdin=commands)

    def introduce(self, hosts: Mapping[str, str]) -> None:
        """Tell each which MAC address is behind each address, as `Network.introduce` does."""
        for each in self._all:
            for family in each.host.server.families:
                commands = introduction(hosts, family, device=each.host.server.interface)
                version = "-4" if family is Family.IPV4 else "-6"
                batch = "".join(f"{line}\n" for line in commands)
                each.namespace.run(["ip", version, "-batch", "-"], stdin=batch)

    def _commands(self, each: _Running[_S]) -> Iterator[str]:
        own = each.host.server
        yield "link set dev lo up"
        if own.ipv6 is None:
            yield f"link set dev {own.interface} addrgenmode none"
        for address in own.interfaces:
            yield f"address add {address} dev {own.interface}{_flags(address.version)}"
        yield f"link set dev {own.interface} up"
        for route in self._routes(own.ipv4 is not None, own.ipv6 is not None):
            yield f"route add default via {route}"

    def _routes(self, *has: bool) -> Iterator[str]:
        """Give who leads to other networks: the relay to the machines', else the boot server."""
        relay, first = self._site.relay, self._site.server
        for is_there, family in zip(has, Family, strict=True):
            address = first.address(family)
            if is_there and address is not None:
                is_relayed = relay is not None and relay.address(family) is not None
                way = relay.uplink_in(address) if relay is not None and is_relayed else address
                yield str(way.ip)


def _flags(version: int) -> str:
    return " nodad" if version == 6 else ""
