"""What the daemons' own checks say of a site's files, in a lab's namespaces: none is started."""

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from harness.errors import ServiceError
from harness.examine.finding import Finding
from harness.examine.stumbled import refusal_of
from harness.host import tools
from harness.lab.bare import bare_lab
from harness.services.registry import SITE_DAEMONS
from harness.services.site_daemon import SiteDaemon
from harness.site import Site


def refusals(site: Site) -> tuple[Finding, ...]:
    """Let each daemon that is installed judge its files, and give what it refuses.

    Raises:
        PrerequisiteError, NetworkError: this host does not let a lab be made.
    """
    kinds = [kind for kind in SITE_DAEMONS if kind.name in site.daemons and tools.find(kind.tool)]
    with tempfile.TemporaryDirectory(prefix="netboot-harness-") as place:
        return tuple(_refused(site, kinds, Path(place)))


def _refused(site: Site, kinds: Sequence[type[SiteDaemon]], work_dir: Path) -> Iterator[Finding]:
    with bare_lab(site, kinds, work_dir, as_run=False) as lab:
        for each in lab.services:
            try:
                each.check()
            except ServiceError as refusal:
                files = each.configuration_files(site)
                yield refusal_of(site, each.configuration(site), files, refusal.what)
