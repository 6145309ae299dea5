"""What the daemons' own checks say of a site's files, in a lab's namespaces: none is started."""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from harness.errors import ServiceError
from harness.examine.finding import Finding
from harness.examine.stumbled import refusal_of
from harness.host import tools
from harness.lab.bare import bare_lab
from harness.services.registry import SITE_DAEMONS
from harness.services.site_daemon import SiteDaemon
from harness.site import Site
from harness.site.places import shown_path


def refusals(site: Site) -> tuple[Finding, ...]:
    """Let each daemon that is installed judge its files, and give what it refuses.

    Raises:
        PrerequisiteError, NetworkError: this host does not let a lab be made.
    """
    beside = {name: _installed(host) for name, host in site.each_host.items()}
    with tempfile.TemporaryDirectory(prefix="netboot-harness-") as place:
        return tuple(_refused(site, beside, Path(place)))


def _installed(site: Site) -> Sequence[type[SiteDaemon]]:
    return [kind for kind in SITE_DAEMONS if kind.name in site.daemons and tools.find(kind.tool)]


def _refused(
    site: Site, beside: Mapping[str, Sequence[type[SiteDaemon]]], work_dir: Path
) -> Iterator[Finding]:
    with bare_lab(site, _installed(site), work_dir, beside=beside, as_run=False) as lab:
        for each in lab.services:
            try:
                each.check()
            except ServiceError as refusal:
                yield found_in(each, refusal.what)


def found_in(daemon: SiteDaemon, refusal: str) -> Finding:
    """Give what a daemon refuses at the line that is to be changed."""
    own = daemon.site
    files = daemon.configuration_files(own)
    found = refusal_of(own, daemon.configuration(own), files, refusal)
    return replace(found, place=shown_path(found.place, own.within))
