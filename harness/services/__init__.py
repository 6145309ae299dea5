"""The daemons of a boot server, one module each, all through the same five steps."""

from collections.abc import Iterable
from pathlib import Path

from harness.host.nfs_server import NfsServer
from harness.loaders.registry import missing_menus
from harness.model import Daemons
from harness.services.base import Service
from harness.services.capture import Capture
from harness.services.dhcpd import Dhcpd4, Dhcpd6
from harness.services.dnsmasq import Dnsmasq
from harness.services.ganesha_nfs import GaneshaNfs
from harness.services.kernel_nfs import KernelNfs
from harness.services.libvirtd import Libvirtd
from harness.services.nfs import Nfs, Rpcbind
from harness.services.nginx import Nginx
from harness.services.radvd import Radvd
from harness.services.syslogd import Syslogd
from harness.services.tftpd import Tftpd
from harness.site import Site, check, load

SITE_SERVICES = {
    service.name: service for service in (Dhcpd4, Dhcpd6, Radvd, Tftpd, Nginx, Dnsmasq, GaneshaNfs)
}
"""The daemons that a site can name, in the order in which messages list them."""

NFS_SERVICES: dict[NfsServer, type[Nfs]] = {kind.server: kind for kind in (KernelNfs, GaneshaNfs)}
"""What a site's `nfs` can be."""

LAB_SERVICES = (Syslogd, Capture, Libvirtd)
"""What every lab runs besides the site's own daemons."""


def load_site(site_dir: Path) -> Site:
    """Read the site in this directory; it can name the daemons that there are modules for.

    Raises:
        SiteError: `site.toml` is missing or wrong; names the line and what is allowed.
    """
    return load.load_site(site_dir, tuple(SITE_SERVICES.values()))


def check_site(site: Site) -> None:
    """Check that the site can be made a lab of.

    Raises:
        SiteError: names everything that is missing or does not fit, and where.
    """
    check.check_site(site, also=missing_menus(site))


def daemons_of(site: Site) -> Daemons:
    """Give what is known of a site's daemons without running them."""
    return site.daemon_facts


def site_services(names: Iterable[str], *, nfs: NfsServer) -> tuple[type[Service], ...]:
    """Give the kinds of daemons that a site's names mean: NFS does not come without rpcbind."""
    known = {**SITE_SERVICES, Nfs.name: NFS_SERVICES[nfs]}
    kinds = tuple(known[name] for name in names)
    return (Rpcbind, *kinds) if known[Nfs.name] in kinds else kinds


__all__ = [
    "LAB_SERVICES",
    "NFS_SERVICES",
    "SITE_SERVICES",
    "Capture",
    "Dhcpd4",
    "Dhcpd6",
    "Dnsmasq",
    "GaneshaNfs",
    "KernelNfs",
    "Libvirtd",
    "Nfs",
    "Nginx",
    "Radvd",
    "Rpcbind",
    "Syslogd",
    "Tftpd",
    "check_site",
    "daemons_of",
    "load_site",
    "site_services",
]
