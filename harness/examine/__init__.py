"""Read a site's files for what looks wrong, before anything is started.

`harness.site.check` refuses what no lab can be made of. This tells what an operator would want
to know: scripts, DHCP's answers, names and daemons that do not fit together.
"""

from collections.abc import Iterator
from dataclasses import replace

from harness.examine import (
    addresses,
    advertised,
    boot_servers,
    clients,
    daemons,
    dhcp,
    exports,
    failover,
    kea,
    lifetimes,
    refused,
    relay,
    scripts,
)
from harness.examine.continued import at_its_line
from harness.examine.finding import Finding
from harness.examine.hosts import Hosts
from harness.site import Site
from harness.site.places import shown_path

__all__ = ["Finding", "findings"]


def findings(site: Site) -> tuple[Finding, ...]:
    """Give what looks wrong in a site's files, errors first."""
    hosts = Hosts(site)
    further = (each for host in site.each_host.values() for each in _of_further(host))
    found = (
        *dhcp.findings(site, hosts),
        *failover.findings(site),
        *addresses.findings(site),
        *_of_daemons(site),
        *refused.findings(site),
        *relay.findings(site),
        *advertised.findings(site),
        *scripts.findings(site, hosts),
        *exports.findings(site, hosts),
        *daemons.findings(site),
    )
    placed = dict.fromkeys((*(at_its_line(site, each) for each in found), *further))
    return tuple(sorted(placed, key=lambda each: not each.is_error))


def _of_daemons(site: Site) -> Iterator[Finding]:
    """Read what the DHCP servers of one host are told, whoever serves what they hand out."""
    yield from clients.findings(site)
    yield from kea.findings(site)
    yield from boot_servers.findings(site)
    yield from lifetimes.findings(site)


def _of_further(host: Site) -> Iterator[Finding]:
    for each in _of_daemons(host):
        placed = at_its_line(host, each)
        yield replace(placed, place=shown_path(placed.place, host.within))
