"""The namespaces, network and files of a lab with some of a site's daemons, and without guests."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

from harness.assets.cache import cache_dir
from harness.deadline import Pace
from harness.lab.further_hosts import FurtherHosts
from harness.lab.layers import Layers, laid_for, lay
from harness.lab.namespace import Namespace
from harness.lab.network import Network
from harness.services.base import Service
from harness.services.site_daemon import SiteDaemon
from harness.site import Site


@dataclass(frozen=True, kw_only=True)
class BareLab:
    """What there is of it; whoever made it starts the daemons."""

    namespace: Namespace
    network: Network
    services: Sequence[SiteDaemon]
    hosts: FurtherHosts[SiteDaemon] | FurtherHosts[Service]


@contextmanager
def bare_lab(
    site: Site,
    kinds: Sequence[type[SiteDaemon]],
    work_dir: Path,
    *,
    beside: Mapping[str, Sequence[type[SiteDaemon]]] = MappingProxyType({}),
    as_run: bool = True,
) -> Iterator[BareLab]:
    """Make one; logs go below `work_dir`. `as_run`: with what daemons need laid otherwise.

    `beside` has the daemons of each further host, without which it is not there.

    Raises:
        PrerequisiteError, NetworkError: this host does not let a lab be made.
    """
    layers = Layers(supply_dir=None, payload={}, evidence_dir=work_dir, cache_dir=cache_dir())
    site = replace(site, hosts={n: host for n, host in site.hosts.items() if beside.get(n)})
    log_dir = work_dir / "log"
    log_dir.mkdir(exist_ok=True)
    services: list[SiteDaemon] = []
    try:
        with Namespace(name=str(work_dir)) as namespace, Network(namespace) as network:
            hosts = FurtherHosts[SiteDaemon](namespace, site)
            services += [kind(namespace, site, log_dir, Pace()) for kind in kinds]
            further = [each for _, each in hosts.services(beside, log_dir, Pace())]
            network.build(site.server)  # some try to listen when they only judge their files
            laid = laid_for(site, services, as_run=as_run)
            lay(namespace, laid, layers.serving(services))
            namespace.finish()
            with hosts.up(layers, network, as_run=as_run):
                services += further
                yield BareLab(namespace=namespace, network=network, services=services, hosts=hosts)
    finally:
        # Later: who is reaped by nobody of ours keeps the namespaces from ending.
        for each in services:
            each.forget()
