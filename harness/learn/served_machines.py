"""Which machines a site's DHCP servers serve, and which they turn away, by their rules.

By which MAC address a machine that nobody has named is served, if by any; and as which one a
stranger comes where strangers are turned away: that none of them boots is worth holding.
"""

from collections.abc import Mapping
from dataclasses import replace

from harness.daemon_facts import Acceptance
from harness.errors import SiteError
from harness.guest.spec import own_mac
from harness.model import Family, Role
from harness.site import Site
from harness.site.known_machine import KnownMachine
from harness.site.model import SITE_FILE

STRANGER = "stranger"
"""As which machine one comes that no rule of the servers' names, where these let nobody else in."""
_TRIED = 16
"""A site that names more of the harness's own addresses than that is our own."""
_OF_NO_VENDOR = "02:00:00:00:00:01"
"""Locally administered: for where all addresses of QEMU's are named, by their beginning."""


def accepted_mac(site: Site) -> str:
    """Give a MAC address that the site's DHCP servers serve: a stranger's, else a known host's.

    Raises:
        SiteError: they serve only machines that they know, and the files name none.
    """
    own = _own_macs()
    accepted = list(_accepted(site).values())
    strict = next((each for each in accepted if each.refusal), None)
    if strict is None:
        named = {mac for each in accepted for mac in each.macs}
        return next((mac for mac in own if mac not in named), own[0])
    mac = strict.named(own[0])
    if mac is None:
        raise SiteError(
            f"no machine is given an address that site.toml does not name: {strict.refusal}",
            path=site.dir / SITE_FILE,
            cure="take that rule away; or name one that is served: [machines.NAME], and in it mac",
        )
    return mac


def serves_strangers(site: Site) -> bool:
    """Whether a machine is given an address that no rule of the site's DHCP servers names."""
    return not any(each.refusal for each in _accepted(site).values())


def turned_away(site: Site, mac: str) -> frozenset[Family]:
    """Give the families in which the machine with this address gets no answer, by the rules."""
    return frozenset(family for family, each in _accepted(site).items() if each.line_against(mac))


def with_stranger(site: Site, *, is_known: bool = False) -> Site:
    """Add a stranger to a site that turns strangers away and names none who is.

    `is_known`: a boot of its has been approved; it comes even if it is let in by now.
    """
    named = site.machines.values()
    is_shut = not serves_strangers(site) and not any(turned_away(site, e.mac) for e in named)
    if STRANGER in site.machines or not (is_shut or is_known):
        return site
    stranger = KnownMachine.of(STRANGER, mac=strangers_mac(site))
    return replace(site, machines={**site.machines, STRANGER: stranger})


def refused_hosts(site: Site) -> Mapping[str, str]:
    """Give the addresses that a rule turns away, and its line, where no machine is named so."""
    rules = {mac: line for each in _accepted(site).values() for mac, line in each.refused.items()}
    named = [each.mac for each in site.machines.values()]
    return {mac: line for mac, line in rules.items() if not any(e.startswith(mac) for e in named)}


def strangers_mac(*sites: Site) -> str:
    """Give an address that no rule of these sites' names: the same whatever else is changed."""
    accepted = [each for site in sites for each in _accepted(site).values()]
    named = tuple(mac for each in accepted for mac in (*each.macs, *each.refused))
    free = (mac for mac in (*_own_macs(), _OF_NO_VENDOR) if not mac.startswith(named))
    return next(free, _OF_NO_VENDOR)


def _own_macs() -> list[str]:
    return [own_mac(guest) for guest in range(_TRIED)]


def _accepted(site: Site) -> Mapping[Family, Acceptance]:
    """Give whom the daemons that lease addresses serve, in each family that one leases in."""
    servers = {family: site.daemon_facts.by_role(Role.dhcp(family)) for family in Family}
    return {family: server.acceptance for family, server in servers.items() if server}
