"""The first program as it lies on a lab's boot server: what must come over the wire."""

from pathlib import Path

from harness.judge.boot import ExpectedFile
from harness.lab.namespace import Namespace
from harness.machines import BootPath, NetworkStack
from harness.plan.expected_path import loader_file
from harness.site import Site


def expected_nbp(path: BootPath, site: Site, namespace: Namespace) -> ExpectedFile | None:
    """Give what a machine of this path must be handed; None when it needs nothing, or it lacks."""
    if path.loader not in site.loaders or path.stack is NetworkStack.IPXE_ROM:
        return None
    place = site.data_path(loader_file(path, site))
    if not site.provides(place):
        return None
    # Links of the site's own may be absolute: only the site knows where they lead.
    lies = site.file(place) or namespace.path(Path("/", place))
    return ExpectedFile.of(lies.read_bytes()) if lies.is_file() else None
