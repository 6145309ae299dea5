"""What the daemons' own checks say of a site's files, in a lab's namespaces: none is started."""

import re
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from harness.assets.cache import cache_dir
from harness.deadline import Pace
from harness.errors import ServiceError
from harness.examine.finding import Finding, error
from harness.host import tools
from harness.lab.layers import Layers, lay
from harness.lab.namespace import Namespace
from harness.lab.network import Network
from harness.services.registry import SITE_DAEMONS
from harness.services.site_daemon import SiteDaemon
from harness.site import Site

_PLACE = re.compile(r"/(?P<path>[\w./-]+)(?:,? line |:)(?P<line>\d+)|line (?P<alone>\d+) of /?\S+")

_ENDING = re.compile(r" \(exit code \d+\)$")


def refusals(site: Site) -> tuple[Finding, ...]:
    """Let each daemon that is installed judge its files, and give what it refuses.

    Raises:
        PrerequisiteError, NetworkError: this host does not let a lab be made.
    """
    kinds = [kind for kind in SITE_DAEMONS if kind.name in site.daemons and tools.find(kind.tool)]
    with tempfile.TemporaryDirectory(prefix="netboot-harness-") as place:
        return tuple(_refused(site, kinds, Path(place)))


def _refused(site: Site, kinds: Sequence[type[SiteDaemon]], work_dir: Path) -> Iterator[Finding]:
    layers = Layers(
        supply_dir=None,
        payload={},
        evidence_dir=work_dir,
        cache_dir=cache_dir(),
        writes=tuple(each for kind in kinds for each in kind.writes),
        hides=tuple(each for kind in kinds for each in kind.hides),
        stock={path: name for kind in kinds for path, name in kind.stock.items()},
    )
    with Namespace(name=str(work_dir)) as namespace, Network(namespace) as network:
        network.build(site.server)  # nginx tries to listen
        lay(namespace, site, layers)
        namespace.finish()
        for kind in kinds:
            try:
                kind(namespace, site, work_dir, Pace()).check()
            except ServiceError as refusal:
                yield _finding(kind.configuration(site), refusal)


def _finding(path: str, refusal: ServiceError) -> Finding:
    """Give a refusal at the line that the daemon names."""
    what = _ENDING.sub("", refusal.what)
    found = _PLACE.search(what)
    if found is None:
        return error(path, what)
    return error(f"{found['path'] or path}:{found['line'] or found['alone']}", what)
