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
    dnsmasq,
    dnsmasq_interfaces,
    exports,
    failover,
    kea,
    kea_scripts,
    lifetimes,
    links,
    pools,
    programs,
    refused,
    relay,
    scripts,
)
from harness.examine.continued import at_its_line
from harness.examine.finding import Finding
from harness.examine.hosts import hosts_of
from harness.site import Site
from harness.site.further_host import shown_words
from harness.site.places import shown_path

__all__ = ["Finding", "findings"]


def findings(site: Site) -> tuple[Finding, ...]:
    """Give what looks wrong in a site's files, errors first."""
    hosts = hosts_of(site)
    own = replace(site, hosts={}, beside=site.addresses)
    of_daemons = (e for host in (own, *site.each_host.values()) for e in _of_daemons(host, site))
    found = (
        *dhcp.findings(site, hosts),
        *failover.findings(site),
        *addresses.findings(site),
        *refused.findings(site),
        *relay.findings(site),
        *advertised.findings(site),
        *scripts.findings(site, hosts),
        *exports.findings(site, hosts),
        *daemons.findings(site),
        *links.findings(site),
    )
    placed = dict.fromkeys((*(at_its_line(site, each) for each in found), *of_daemons))
    return tuple(sorted(placed, key=lambda each: not each.is_error))


def _of_daemons(host: Site, site: Site) -> Iterator[Finding]:
    """Read what the DHCP servers of one host are told, whoever serves what they hand out."""
    found = (
        *dhcp.of_daemons(host, site),
        *clients.of_daemons(host, site),
        *kea.of_daemons(host, site),
        *kea_scripts.of_daemons(host, site),
        *pools.of_daemons(host, site),
        *dnsmasq.of_daemons(host, site),
        *dnsmasq_interfaces.of_daemons(host, site),
        *boot_servers.of_daemons(host),
        *lifetimes.of_daemons(host),
        *refused.of_daemons(host),
        *programs.of_daemons(host, site),
    )
    files = {path for daemon in host.daemon_facts.all for path in daemon.files}
    for each in found:
        placed = at_its_line(host, each)
        what = shown_words(placed.what, files, within=host.within) if host.within else placed.what
        yield replace(placed, what=what, place=shown_path(placed.place, host.within))
