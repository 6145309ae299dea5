"""Rules of a site's DHCP servers by which nobody gets an address."""

import re
from collections.abc import Iterator

from harness.daemon_facts import Daemon
from harness.examine.finding import Finding, error, warning
from harness.model import Role
from harness.services.configuration import dhcpd
from harness.services.dhcpd import Dhcpd4, Dhcpd6
from harness.site import Site
from harness.site.places import places

_PLACED = re.compile(r"(?P<place>\S+:\d+) (?P<what>.*)")


def findings(site: Site) -> Iterator[Finding]:
    """Go through DHCP servers."""
    for role in (Role.DHCPV4, Role.DHCPV6):
        for daemon in site.daemon_facts.filling(role):
            yield from _nobody(daemon)
            yield from _own_address(site, daemon)


def _nobody(daemon: Daemon) -> Iterator[Finding]:
    """Say by which rule no machine at all is given an address."""
    accepted = daemon.acceptance
    found = _PLACED.fullmatch(accepted.refusal)
    if found is not None and not accepted.macs:
        nobody = f"{daemon.called} gives nobody an address"
        rule = found["what"].removeprefix("has `")
        by = f" by `{rule}" if rule != found["what"] else f": it {rule}"
        yield error(found["place"], f"{nobody}{by}")


def _own_address(site: Site, daemon: Daemon) -> Iterator[Finding]:
    """Say which pool has no address but the boot server's own."""
    for address in sorted(site.addresses):
        whose = site.host_at(address) or "the boot server"
        own = rf"(?<![\w.:]){re.escape(address)}(?![\w.:])"
        both = rf"\b(?:range6?|pool)\b[^;{{}}]*?{own}(?:[\s,-]+{own}|/(?:32|128)\b)"
        alone = rf"\brange6?\s+(?:dynamic-bootp\s+)?{own}\s*(?:temporary\s*)?;"
        for each in places(site, daemon.files, f"{both}|{alone}"):
            what = f"the pool {address} is {whose}'s own address: nobody is given it"
            yield error(str(each), what)


def of_daemons(site: Site) -> Iterator[Finding]:
    """Say which pool of one of the site's hosts has no address for machines that boot by PXE."""
    for kind in (Dhcpd4, Dhcpd6):
        path = kind.configuration(site)
        if kind.name not in site.daemons or not site.has(path):
            continue
        given = list(dhcpd.statements(site, path))
        classes = {e.words[1]: e for e in given if e.name == "class" and e.words[1:]}
        of_pxe = {name for name, each in classes.items() if dhcpd.is_for_pxe(each)}
        leased = dhcpd.rules_of_ranges(site, path)
        denied = [[e for e in rules if dhcpd.denies(e, of_pxe)] for rules in leased]
        if leased and all(denied):
            yield warning(denied[0][0].place, "no machine that boots by PXE is given an address")
