"""By which MAC address a machine that nobody has named is served, if by any."""

from harness.errors import SiteError
from harness.guest.spec import own_mac
from harness.model import Role
from harness.services.site_daemon import SiteDaemon
from harness.site import Site
from harness.site.model import SITE_FILE

_TRIED = 16
"""A site that names more of the harness's own addresses than that is our own."""


def accepted_mac(site: Site) -> str:
    """Give a MAC address that the site's DHCP servers serve: a stranger's, else a known host's.

    Raises:
        SiteError: they serve only machines that they know, and the files name none.
    """
    own = [own_mac(guest) for guest in range(_TRIED)]
    accepted = [kind.accepts(site) for kind in _servers(site)]
    strict = next((each for each in accepted if each.refusal), None)
    if strict is None:
        named = {mac for each in accepted for mac in each.macs}
        return next((mac for mac in own if mac not in named), own[0])
    mac = strict.named(own[0])
    if mac is None:
        raise SiteError(
            f"no machine is given an address that site.toml does not name: {strict.refusal}",
            path=site.dir / SITE_FILE,
            cure="name one: [machines.NAME], and in it mac = the address of one that is served",
        )
    return mac


def serves_strangers(site: Site) -> bool:
    """Whether a machine is given an address that no rule of the site's DHCP servers names."""
    return not any(kind.accepts(site).refusal for kind in _servers(site))


def _servers(site: Site) -> list[type[SiteDaemon]]:
    """Give the daemons that lease addresses, DHCPv4's first."""
    facts = (site.daemon_facts.by_role(role) for role in (Role.DHCPV4, Role.DHCPV6))
    names = dict.fromkeys(each.name for each in facts if each is not None)
    known = {kind.name: kind for kind in site.kinds}
    kinds = (known[name] for name in names)
    return [kind for kind in kinds if isinstance(kind, type) and issubclass(kind, SiteDaemon)]
