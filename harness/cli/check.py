"""`harness check`: what a site lacks, and what looks wrong in its files."""

from collections.abc import Callable
from pathlib import Path

from harness.errors import NetworkError, PrerequisiteError
from harness.examine import findings
from harness.examine.finding import Finding
from harness.lab.own_checks import refusals
from harness.services.registry import check_site, load_site
from harness.site import Site


def check(site_dir: Path, say: Callable[[str], None]) -> int:
    """Say what looks wrong; 1 when a machine cannot pass one of it.

    Raises:
        SiteError: no lab can be made of it.
    """
    site = load_site(site_dir)
    check_site(site)
    refused = _refusals(site, say)
    # A parser that has lost its way misreads what follows; so does whoever reads it for warnings.
    misread = {each.place.partition(":")[0] for each in refused}
    warned = (e for e in findings(site) if e.is_error or e.place.partition(":")[0] not in misread)
    found = (*refused, *warned)
    for each in found:
        say(str(each))
    entries = f"; entries {', '.join(site.menu.entries)}" if site.menu.entries else ""
    errors = sum(each.is_error for each in found)
    counted = f"; errors {errors}, warnings {len(found) - errors}" if found else ""
    hosts = (f"; on {name} {', '.join(each.daemons)}" for name, each in site.hosts.items())
    daemons = f"{', '.join(site.daemons)}{''.join(hosts)}"
    say(f"{site.name}: complete; daemons {daemons}{entries}{counted}")
    return 1 if errors else 0


def _refusals(site: Site, say: Callable[[str], None]) -> tuple[Finding, ...]:
    """Ask the daemons themselves, where this host lets a lab be made."""
    try:
        return refusals(site)
    except (NetworkError, PrerequisiteError) as why:
        say(f"the daemons' own checks were not made: {why.what}")
        return ()
