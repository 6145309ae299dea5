"""Judge a site before a lab is made of it: what it needs is there, and fits together.

Owns what can be told from the files alone, whichever daemons serve them. What a daemon
needs is its module's to say (harness.services), and whether it accepts its
configuration, it says itself when a lab starts.
"""

import stat
from collections.abc import Iterator, Sequence
from ipaddress import IPv4Interface, IPv6Interface
from pathlib import Path

from harness.model import Family
from harness.site.files import dead_link, is_operators, locate, read_text
from harness.site.lines import line_of_key
from harness.site.menu import FIRMWARE, Entry, EntryKind
from harness.site.model import PAYLOAD, SITE_FILE, Site
from harness.site.problem import Problem, suggestion
from harness.site.server import Relay
from harness.step import IP_NAME

_LONGEST_INTERFACE = 15


def problems(site: Site) -> Iterator[Problem]:
    """Say what is missing or does not fit, whichever daemons serve it."""
    yield from _server(site)
    yield from _relay(site)
    yield from _hosts(site)
    if site.script and not site.provides(site.script_path):
        yield missing(site, site.script_path, "machines need this boot script", "files")
    yield from _menu(site)
    yield from _machines(site)
    yield from _outside(site)
    yield from _fetched_files(site)


def unreadable(site: Site, readers: Sequence[str]) -> Iterator[Problem]:
    """Look for data that these daemons cannot read once they have dropped their privileges."""
    found = {locate(site.dir, root) for root in site.roots}
    places = {place for place in found if place is not None and place != site.dir}
    roots = sorted(place for place in places if places.isdisjoint(place.parents))
    if not readers:
        return
    drop = "drops its privileges" if len(readers) == 1 else "drop their privileges"
    what = f"{' and '.join(readers)} {drop} and cannot read this"
    for root in roots:
        for path in sorted([root, *root.rglob("*")]):
            if not path.is_symlink() and not _readable_for_all(path):
                yield Problem(what=what, path=path, cure=f"chmod -R a+rX {root}")


def at_key(site: Site, what: str, *keys: str, cure: str = "") -> Problem:
    """Say what is wrong with a key of `site.toml`; of a further host's, in its own table."""
    return Problem(what=what, path=_top(site) / SITE_FILE, line=line_at(site, *keys), cure=cure)


def missing(site: Site, path: str, why: str, *keys: str) -> Problem:
    """Say that a file is not there, and where `site.toml` asks for it."""
    line = line_at(site, *keys)
    cure = f"add it, or change {SITE_FILE}" + (f", line {line}" if line else "")
    return Problem(what=f"{why}, and it is not there", path=site.dir / path, cure=cure)


def other_interface(site: Site, path: str, what: str, line: int | None = None) -> Problem:
    """Say that the interface of a daemon is not the site's."""
    return Problem(
        what=f"{what}, but the server's interface is {site.server.interface}",
        path=site.dir / path,
        line=line,
        cure=f"change this file, or `interface` in {SITE_FILE}",
    )


def _top(site: Site) -> Path:
    """Give the directory of the whole site."""
    return site.dir.parent.parent if site.within else site.dir


def line_at(site: Site, *keys: str) -> int | None:
    """Give the line of a key of `site.toml`; of a further host's, in its own table."""
    if site.within:
        own = keys[1:] if keys[:1] == ("server",) else keys
        keys = (*site.within.split("/"), *own)
    return line_of_key(read_text(_top(site), SITE_FILE), keys)


def _hosts(site: Site) -> Iterator[Problem]:
    taken = dict.fromkeys(site.server.addresses, "the boot server")
    for name, host in site.hosts.items():
        changed = any(site.host_of(path) == name for path in site.changes)
        if not (changed or (site.dir / host.root).is_dir()):
            what = f"the files of the host {name} are not there: {host.root} is not a directory"
            yield at_key(site, what, "hosts", name, cure="lay them there, as they lie on it")
            continue
        yield from _server(site.on(name))
        for each in host.server.interfaces:
            if (other := taken.setdefault(str(each.ip), name)) != name:
                yield at_key(
                    site, f"{name} has the address {each.ip}, as {other} has", "hosts", name
                )
            if not any(each.network == own.network for own in site.server.interfaces):
                networks = " and ".join(str(own.network) for own in site.server.interfaces)
                what = f"{each} is not in the boot server's network, {networks}"
                yield at_key(site, what, "hosts", name, cure="a lab has one network for both")


def _server(site: Site) -> Iterator[Problem]:
    server = site.server
    if len(server.interface) > _LONGEST_INTERFACE:
        what = f"{server.interface!r} is too long for an interface"
        yield at_key(site, what, "server", "interface")
    for family, address in (("ipv4", server.ipv4), ("ipv6", server.ipv6)):
        if address is not None and not _is_host(address):
            yield at_key(site, f"{address} is not an address of a host", "server", family)
    if server.ipv4 is None and server.ipv6 is None:
        whose = f"the host {Path(site.within).name}" if site.within else "the server"
        what = f"{whose} has no address, nor do its files give one"
        yield at_key(site, what, "server", cure="give ipv4, ipv6 or both")


def _relay(site: Site) -> Iterator[Problem]:
    relay = site.relay
    if relay is None:
        return
    if not relay.families:
        what = "the relay has no address in the machines' network"
        yield at_key(site, what, "relay", cure="give ipv4, ipv6 or both")
    for family in set(relay.families) ^ set(site.server.families):
        ways = ("relay", "server") if family in relay.families else ("server", "relay")
        what = f"[{ways[0]}] has an {IP_NAME[family]} address, and [{ways[1]}] has none"
        yield at_key(site, what, "relay", cure=f"give both {family.value}, or neither")
    for family in relay.families:
        yield from _relay_over(site, relay, family)
    if relay.advertisements and relay.ipv6 is None:
        yield at_key(site, "what advertises the relay needs its ipv6", "relay", "advertisements")
    elif relay.advertisements and not site.has(relay.advertisements):
        why = "the relay is to advertise by this file"
        yield missing(site, relay.advertisements, why, "relay", "advertisements")


def _relay_over(site: Site, relay: Relay, family: Family) -> Iterator[Problem]:
    own, server = relay.address(family), site.server.address(family)
    if own is None or server is None:
        return
    if not _is_host(own):
        yield at_key(site, f"{own} is not an address of a host", "relay", family.value)
    if own.network.overlaps(server.network):
        what = f"the network of {own} is the server's own: there is nothing to relay"
        cure = "give its address in the machines' network"
        yield at_key(site, what, "relay", family.value, cure=cure)
    key = "uplink" if family is Family.IPV4 else "uplink_ipv6"
    uplink = getattr(relay, key)
    if uplink is not None and (uplink not in server.network or uplink == server.ip):
        what = f"{uplink} is not another address in the server's network, {server.network}"
        yield at_key(site, what, "relay", key)


def _outside(site: Site) -> Iterator[Problem]:
    for host, directory in site.outside.items():
        if host in site.addresses or host in site.hosts:
            what = f"{host} is a host of the site's own: nothing stands in for it"
            yield at_key(site, what, "outside", host, cure="take it out here")
        held = locate(site.dir, directory)
        if directory != PAYLOAD and (held is None or not held.is_dir()):
            what = f"there is no directory {directory} to stand in for {host}"
            cure = f'add it, or say "{PAYLOAD}": whatever is asked of it then boots the payload'
            yield at_key(site, what, "outside", host, cure=cure)


def _machines(site: Site) -> Iterator[Problem]:
    for name, machine in site.machines.items():
        first = site.known(machine.mac)
        if first is not None and first is not machine:
            what = f"{name} has the MAC address {machine.mac}, as {first.name} has"
            yield at_key(site, what, "machines", name, "mac")


def _menu(site: Site) -> Iterator[Problem]:
    menu = site.menu
    for firmware in FIRMWARE:
        ids = [entry.id for entry in menu.shown(firmware)]
        if ids and menu.default not in ids:
            yield at_key(
                site,
                f"the default {menu.default!r} is not an entry of the {firmware} menu",
                *("menu", "default"),
                cure=suggestion(menu.default, ids),
            )
    for entry in menu.entries.values():
        yield from _entry(site, entry)


def _fetched_files(site: Site) -> Iterator[Problem]:
    for key, name in site.loaders.items():
        yield from _fetched(site, name, "loaders", key)
    for entry in site.menu.entries.values():
        for key in ("kernel", "kernel_ia32"):
            name = getattr(entry, key)
            if entry.boots is EntryKind.SHELL and name is not None:
                yield from _fetched(site, name, "menu", "entries", entry.id, key)
    for path, asset in site.supply.items():
        if is_operators(asset) and not Path(asset).is_file():
            yield at_key(site, f"there is no file {asset} on this machine", "supply", path)
    for path in site.absent:
        if site.provides(path):
            yield at_key(site, f"{path} is there, though it is said to be absent", "absent", path)


def _entry(site: Site, entry: Entry) -> Iterator[Problem]:
    keys = ("menu", "entries", entry.id)
    needed = {
        EntryKind.PAYLOAD: {"kernel", "initrd"},
        EntryKind.SHELL: {"kernel"},
        EntryKind.CONFIG: set[str](),
    }[entry.boots]
    possible = needed | ({"kernel_ia32"} if entry.boots is EntryKind.SHELL else set())
    for key in ("kernel", "kernel_ia32", "initrd"):
        given = getattr(entry, key) is not None
        if key in needed and not given:
            yield at_key(site, f"what boots a {entry.boots.value} needs {key}", *keys)
        if given and key not in possible:
            yield at_key(site, f"what boots a {entry.boots.value} has no {key}", *keys, key)
    if entry.image is not None:
        for path in (entry.image, *(f"{entry.image}/{Path(f).name}" for f in entry.files)):
            if not Path(path).is_absolute() or not Path(path).exists():
                yield at_key(site, f"there is no {path} on this machine", *keys, "image")
    words = (*entry.cmdline, *entry.cmdline_per_machine)
    if words and entry.boots is not EntryKind.PAYLOAD:
        yield at_key(site, "only a payload can tell its command line", *keys, "cmdline")


def _fetched(site: Site, name: str, *keys: str) -> Iterator[Problem]:
    path = site.data_path(name)
    if not site.provides(path) and path not in site.absent:
        yield at_key(
            site,
            dead_link(site.dir, path, site.roots) or f"{path} is not there, and not supplied",
            *keys,
            cure="put it there, have it supplied by [supply], or say in [absent] what it is",
        )


def _is_host(address: IPv4Interface | IPv6Interface) -> bool:
    ip, network = address.ip, address.network
    if ip.is_multicast or ip.is_unspecified or ip.is_loopback:
        return False
    if network.max_prefixlen - network.prefixlen <= 1:
        return True
    return ip != network.network_address and (
        isinstance(address, IPv6Interface) or ip != network.broadcast_address
    )


def _readable_for_all(path: Path) -> bool:
    mode = path.stat().st_mode
    wanted = stat.S_IROTH | (stat.S_IXOTH if path.is_dir() else 0)
    return mode & wanted == wanted
