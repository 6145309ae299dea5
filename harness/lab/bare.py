"""The namespaces, network and files of a lab with some of a site's daemons, and without guests."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from harness.assets.cache import cache_dir
from harness.deadline import Pace
from harness.lab.layers import Layers, laid_for, lay
from harness.lab.namespace import Namespace
from harness.lab.network import Network
from harness.services.site_daemon import SiteDaemon
from harness.site import Site


@dataclass(frozen=True, kw_only=True)
class BareLab:
    """What there is of it; whoever made it starts the daemons."""

    namespace: Namespace
    network: Network
    services: Sequence[SiteDaemon]


@contextmanager
def bare_lab(
    site: Site, kinds: Sequence[type[SiteDaemon]], work_dir: Path, *, as_run: bool = True
) -> Iterator[BareLab]:
    """Make one; logs go below `work_dir`. `as_run`: with what daemons need laid otherwise.

    Raises:
        PrerequisiteError, NetworkError: this host does not let a lab be made.
    """
    layers = Layers(
        supply_dir=None,
        payload={},
        evidence_dir=work_dir,
        cache_dir=cache_dir(),
        writes=tuple(each for kind in kinds for each in kind.writes),
        hides=tuple(each for kind in kinds for each in kind.hides),
        stock={path: name for kind in kinds for path, name in kind.stock.items()},
    )
    log_dir = work_dir / "log"
    log_dir.mkdir(exist_ok=True)
    services: list[SiteDaemon] = []
    try:
        with Namespace(name=str(work_dir)) as namespace, Network(namespace) as network:
            services += [kind(namespace, site, log_dir, Pace()) for kind in kinds]
            network.build(site.server)  # some try to listen when they only judge their files
            lay(namespace, laid_for(site, services) if as_run else site, layers)
            namespace.finish()
            yield BareLab(namespace=namespace, network=network, services=services)
    finally:
        # Later: who is reaped by nobody of ours keeps the namespaces from ending.
        for each in services:
            each.forget()
