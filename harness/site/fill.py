"""What `site.toml` leaves out, filled in by the site's own files as they are now."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from ipaddress import IPv4Interface, IPv6Interface
from itertools import chain
from typing import Protocol

from harness.errors import SiteError
from harness.model import Family
from harness.secret import keep_secret
from harness.site.files import Files, Tree, normal
from harness.site.found import find_server, without
from harness.site.further_host import FurtherHost
from harness.site.model import DATA_ROOT, SITE_FILE, DaemonKind, Site
from harness.site.said import Said, Topic
from harness.site.server import Server

_HOSTNAME = "boot-server"
"""What a server is called whose files name it nowhere."""


class ConfiguredKind(DaemonKind, Protocol):
    """A daemon that is asked whether a site's files set it up."""

    def is_configured(self, files: Files) -> str:
        """Give the place by which a server with these files runs it; "" when it does not."""

    def says(self, files: Files) -> Iterable[Said]:
        """Give what its files say of the server and its network."""


def filled(site: Site, kinds: Sequence[ConfiguredKind]) -> Site:
    """Fill in the daemons, the server and the data root, where `site.toml` does not say them."""
    if site.hosts:
        site = replace(site, hosts={n: _host(site, each, kinds) for n, each in site.hosts.items()})
    if site.daemons and site.data_root and _is_told(site.server):
        return replace(site, kinds=kinds)
    tree = Tree(dir=site.dir)
    daemons = site.daemons or _configured(tree, kinds)
    said = tuple(said for kind in kinds if kind.name in daemons for said in kind.says(tree))
    # What `site.toml` names is what they were when it was made.
    keep_secret(each.text for each in said if each.topic is Topic.SECRET)
    roots = (normal(each.text) for each in said if each.topic is Topic.ROOT)
    return replace(
        site,
        kinds=kinds,
        daemons=daemons,
        server=_server(tree, site.server, without(said, _beside(site))),
        data_root=site.data_root or next(chain(roots, _roots_beside(site, kinds)), DATA_ROOT),
    )


def _host(site: Site, host: FurtherHost, kinds: Sequence[ConfiguredKind]) -> FurtherHost:
    """Fill in a further host by the files of its own."""
    if not (site.dir / host.root).is_dir():
        return host  # the site's check says so
    own = filled(site.on(host.name), kinds)
    is_named = own.server.hostname != _HOSTNAME
    server = own.server if is_named else replace(own.server, hostname=host.name)
    return replace(host, server=server, daemons=own.daemons)


def _beside(site: Site) -> frozenset[str]:
    """Give the addresses of its further hosts, which are not the boot server's."""
    return frozenset().union(*(host.server.addresses for host in site.hosts.values()))


def _roots_beside(site: Site, kinds: Sequence[ConfiguredKind]) -> Iterator[str]:
    """Give what further hosts serve, as places in the site."""
    for host in site.hosts.values():
        tree = Tree(dir=site.dir / host.root)
        for kind in kinds:
            for said in kind.says(tree) if kind.name in host.daemons else ():
                if said.topic is Topic.ROOT:
                    yield host.path(normal(said.text))


def _is_told(server: Server) -> bool:
    return all((server.interface, server.hostname, server.ipv4 or server.ipv6))


def _configured(tree: Tree, kinds: Sequence[ConfiguredKind]) -> tuple[str, ...]:
    """Give the daemons that the site's own files set up."""
    found = [kind.name for kind in kinds if kind.is_configured(tree)]
    if not found:
        known = ", ".join(dict.fromkeys(kind.name for kind in kinds))
        raise SiteError(
            "these files set up no daemon that the harness knows",
            path=tree.dir,
            cure=f"copy the boot server's /etc, or name daemons in {SITE_FILE}: {known}",
        )
    return tuple(dict.fromkeys(found))


def _server(tree: Tree, told: Server, said: Sequence[Said]) -> Server:
    """Fill in what is not told; where an address is, it is all that the server has."""
    if _is_told(told):
        return told
    lacks = told.ipv4 is None and told.ipv6 is None
    found = find_server(tree, said, interface=told.interface)
    ipv4, ipv6 = (found.addresses.get(family) for family in (Family.IPV4, Family.IPV6))
    return Server(
        interface=told.interface or found.interface.text,
        hostname=told.hostname or (found.hostname.text if found.hostname else _HOSTNAME),
        ipv4=IPv4Interface(ipv4.text) if ipv4 and lacks else told.ipv4,
        ipv6=IPv6Interface(ipv6.text) if ipv6 and lacks else told.ipv6,
    )
