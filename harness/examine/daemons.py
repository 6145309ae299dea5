"""Which daemons a site's files set up and `site.toml` leaves out, and what each is told amiss."""

from collections.abc import Iterator

from harness.examine.finding import Finding, warning
from harness.services.registry import SITE_DAEMONS
from harness.site import Site
from harness.site.check import line_at
from harness.site.further_host import HOSTS_DIR
from harness.site.model import SITE_FILE
from harness.site.places import shown_path
from harness.site.problem import Problem


def findings(site: Site) -> Iterator[Finding]:
    """Compare `daemons` with what the files set up, of each host."""
    for host in (site, *site.each_host.values()):
        yield from _of_host(host)
    yield from _no_hosts(site)


def _no_hosts(site: Site) -> Iterator[Finding]:
    """Say which directories look like a further host's, and no table makes them one."""
    top = site.dir / HOSTS_DIR
    found = sorted(top.iterdir()) if top.is_dir() else []
    for each in found:
        if (each / "etc").is_dir() and each.name not in site.hosts:
            what = f"nothing here runs: {SITE_FILE} has no [{HOSTS_DIR}.{each.name}]"
            yield warning(f"{HOSTS_DIR}/{each.name}", what)


def _of_host(site: Site) -> Iterator[Finding]:
    line = line_at(site, "daemons")
    place = SITE_FILE if line is None else f"{SITE_FILE}:{line}"
    kinds = {kind.name: kind for kind in SITE_DAEMONS}
    for name, kind in kinds.items():
        set_up = kind.set_up(site)
        where = shown_path(set_up, site.within) if set_up else ""
        if where and name not in site.daemons and kind.is_configured(site):
            yield warning(place, f"{where} sets {name} up, and `daemons` leaves it out")
        elif name in site.daemons and not where:
            yield warning(place, f"{name} is among `daemons`, and no file sets it up")
        if name in site.daemons:
            yield from (_doubt(site, each) for each in kind.doubts(site))
        # One may be set up nowhere but in what nobody reads.
        for at, words in kind.unread(site):
            yield warning(shown_path(at, site.within), words)


def _doubt(site: Site, problem: Problem) -> Finding:
    path = shown_path(str(problem.path.relative_to(site.dir)), site.within)
    return warning(path if problem.line is None else f"{path}:{problem.line}", problem.what)
