"""Which daemons a site's files set up and `site.toml` leaves out, and what each is told amiss."""

from collections.abc import Iterator

from harness.examine.finding import Finding, warning
from harness.services.registry import SITE_DAEMONS
from harness.site import Site
from harness.site.files import read_text
from harness.site.lines import line_of_key
from harness.site.model import SITE_FILE
from harness.site.problem import Problem


def findings(site: Site) -> Iterator[Finding]:
    """Compare `daemons` with what the files set up."""
    line = line_of_key(read_text(site.dir, SITE_FILE), ["daemons"])
    place = SITE_FILE if line is None else f"{SITE_FILE}:{line}"
    kinds = {kind.name: kind for kind in SITE_DAEMONS}
    for name, kind in kinds.items():
        where = kind.set_up(site)
        if where and name not in site.daemons and kind.is_configured(site):
            yield warning(place, f"{where} sets {name} up, and `daemons` leaves it out")
        elif name in site.daemons and not where:
            yield warning(place, f"{name} is among `daemons`, and no file sets it up")
        if name in site.daemons:
            yield from (_doubt(site, each) for each in kind.doubts(site))


def _doubt(site: Site, problem: Problem) -> Finding:
    path = str(problem.path.relative_to(site.dir))
    return warning(path if problem.line is None else f"{path}:{problem.line}", problem.what)
