"""Read a site's files for what looks wrong, before anything is started.

`harness.site.check` refuses what no lab can be made of. This tells what an operator would want
to know: scripts, DHCP's answers, names and daemons that do not fit together.
"""

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

__all__ = ["Finding", "findings"]


def findings(site: Site) -> tuple[Finding, ...]:
    """Give what looks wrong in a site's files, errors first."""
    hosts = Hosts(site)
    found = (
        *dhcp.findings(site, hosts),
        *failover.findings(site),
        *addresses.findings(site),
        *clients.findings(site),
        *kea.findings(site),
        *boot_servers.findings(site),
        *lifetimes.findings(site),
        *refused.findings(site),
        *relay.findings(site),
        *advertised.findings(site),
        *scripts.findings(site, hosts),
        *exports.findings(site, hosts),
        *daemons.findings(site),
    )
    placed = dict.fromkeys(at_its_line(site, each) for each in found)
    return tuple(sorted(placed, key=lambda each: not each.is_error))
