"""Which daemons there are: a line each, and nobody else knows them by name."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from harness.daemon_facts import Daemon
from harness.errors import UsageError
from harness.host.nfs_server import NfsServer
from harness.host.tools import TOOLS, Tool
from harness.loaders.registry import missing_menus
from harness.model import Role
from harness.services import kept_site
from harness.services.apache2 import Apache2
from harness.services.atftpd import Atftpd
from harness.services.base import Service
from harness.services.capture import Capture
from harness.services.dhcpd import Dhcpd4, Dhcpd6
from harness.services.dnsmasq import Dnsmasq
from harness.services.kea import Kea4, Kea6
from harness.services.libvirtd import Libvirtd
from harness.services.lighttpd import Lighttpd
from harness.services.nfs.base import Nfs
from harness.services.nfs.ganesha import GaneshaNfs
from harness.services.nfs.kernel import KernelNfs
from harness.services.nginx import Nginx
from harness.services.radvd import Radvd
from harness.services.relay import RouterRadvd
from harness.services.site_daemon import SiteDaemon
from harness.services.syslogd import Syslogd
from harness.services.tftpd import Tftpd
from harness.services.tgt import Tgt
from harness.site import Site, check
from harness.site.places import shown_path
from harness.site.problem import Problem, raise_all
from harness.site.said import Said

SITE_DAEMONS: tuple[type[SiteDaemon], ...] = (
    Dhcpd4,
    Dhcpd6,
    Kea4,
    Kea6,
    Radvd,
    Tftpd,
    Atftpd,
    Nginx,
    Apache2,
    Lighttpd,
    Dnsmasq,
    KernelNfs,
    GaneshaNfs,
    Tgt,
)
"""What a site can name, in the order in which messages list them."""
LAB_SERVICES: tuple[type[Service], ...] = (Syslogd, Capture, Libvirtd)
"""What every lab runs besides the site's own daemons."""

_DHCP = frozenset({Role.DHCPV4, Role.DHCPV6, Role.PROXY_DHCP})
_BY_NAME = {kind.name: kind for kind in SITE_DAEMONS}


def site_services(names: Iterable[str], *, nfs: NfsServer) -> tuple[type[Service], ...]:
    """Give the kinds of daemons that a site's names mean, and what these need, which comes first.

    Of the NFS servers, which have one name, `nfs` is meant.
    """
    meant = {
        kind.name: kind for kind in SITE_DAEMONS if not issubclass(kind, Nfs) or kind.server is nfs
    }
    kinds = tuple(meant[name] for name in names)
    return (*(needed for kind in kinds for needed in kind.needs), *kinds)


def load_site(site_dir: Path) -> Site:
    """Read the site in this directory; a SiteError names the line, and what is allowed."""
    return kept_site.load_site(site_dir, tuple(_BY_NAME.values()), RouterRadvd)


def says(site: Site) -> Iterator[Said]:
    """Give what the files of the site's daemons say of the server and its network.

    Those of its further hosts, too: of a place there, the path in the site.
    """
    for name in site.daemons:
        yield from _BY_NAME[name].says(site)
    for host in site.each_host.values():
        for each in says(host):
            yield replace(each, path=shown_path(each.path, host.within))


def answers_dhcp(site: Site) -> tuple[type[SiteDaemon], ...]:
    """Give the daemons of a site's boot server that answer DHCP."""
    own = {each.name for each in dhcp_servers(site) if not each.host}
    return tuple(kind for kind in SITE_DAEMONS if kind.name in own)


def dhcp_servers(site: Site) -> tuple[Daemon, ...]:
    """Give what is known of all the site's daemons that answer DHCP."""
    return tuple(each for each in site.daemon_facts.all if _DHCP.intersection(each.roles))


def served_by(site: Site, names: Sequence[str]) -> Site:
    """Give the site with these daemons in the place of those that answer DHCP, by its own files.

    Raises:
        UsageError: there is no such daemon.
    """
    unknown = next((name for name in names if name not in _BY_NAME), "")
    if unknown:
        raise UsageError(f"there is no daemon {unknown}", cure=f"one of: {', '.join(_BY_NAME)}")
    left = site.without_daemons(*(each.name for each in dhcp_servers(site)))
    return replace(left, daemons=tuple(dict.fromkeys((*names, *left.daemons))))


def check_site(site: Site) -> None:
    """Raise a SiteError that names everything that is missing or does not fit, and where."""
    raise_all([*check.problems(site), *missing_menus(site), *_of_daemons(site)])


def _of_daemons(site: Site) -> Iterator[Problem]:
    """Say what keeps daemons from serving, those of further hosts by these hosts' files."""
    kinds = [_BY_NAME[name] for name in site.daemons]
    for kind in kinds:
        yield from kind.problems(site)
    yield from check.unreadable(site, [kind.name for kind in kinds if kind.drops_privileges])
    for host in site.each_host.values():
        yield from _of_daemons(host)


def all_tools() -> tuple[Tool, ...]:
    """Give every outside program and file that the harness or one of the daemons needs."""
    kinds = (*SITE_DAEMONS, *(needed for kind in SITE_DAEMONS for needed in kind.needs))
    return tuple(dict.fromkeys((*TOOLS.values(), *(kind.tool for kind in kinds))))
