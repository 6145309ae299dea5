"""A site: what an operator runs, and what of it the files cannot say.

Owns the values and the pure changes that a scenario makes to them. Reading
`site.toml` is `load`'s, judging the whole is `check`'s.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from functools import cached_property
from ipaddress import IPv4Interface, IPv6Interface
from pathlib import PurePosixPath
from typing import Protocol

from harness.daemon_facts import Daemon, Daemons
from harness.errors import SiteError
from harness.model import Family, Role
from harness.site.changed_tree import ChangedTree
from harness.site.files import normal
from harness.site.further_host import FurtherHost, further_mac, located
from harness.site.known_machine import MACHINE_NAMES, KnownMachine
from harness.site.menu import EntryKind, Menu
from harness.site.server import ROUTER, SERVER_MAC, Relay, Server

SITE_FILE = "site.toml"
DATA_ROOT = "srv/tftp"
"""Where Debian has what TFTP serves."""
PAYLOAD = "payload"
"""In a directory's place in `[outside]`: whatever is asked of that host boots our payload."""
OUTSIDE_ROOT = "srv/outside"
"""Where the directories of such hosts lie."""


class DaemonKind(Protocol):
    """A daemon that sites can name: what whoever loads a site knows of its daemons."""

    @property
    def name(self) -> str:
        """Its name in `site.toml`."""

    def facts(self, site: "Site") -> Daemon:
        """Say what is known of it on this site."""


class LaidKind(Enum):
    """What the harness lays its own payload for, where no entry of `site.toml` tells."""

    KERNEL = "kernel"
    KERNEL_IA32 = "kernel-ia32"
    """A kernel that 32-bit UEFI starts as a program."""
    INITRD = "initrd"
    DISK = "disk"
    """An image of a disk that a machine boots from (`sanboot`)."""


@dataclass(frozen=True, kw_only=True)
class Site(ChangedTree):
    """A directory laid over the root of a boot server, and what its `site.toml` adds.

    Paths are relative to the root (`etc/dhcp/dhcpd.conf`); a leading slash is
    forgiven. Changes give a new site: the directory is never written to.
    """

    name: str
    server: Server
    daemons: tuple[str, ...]
    menu: Menu = field(default_factory=Menu)
    kinds: Sequence[DaemonKind] = field(default=(), repr=False, compare=False)
    """The daemons that a site can name: which program fills a role is theirs to know."""
    data_root: str = DATA_ROOT
    script: str = ""
    """The boot script, below the data root; "" when nobody has told."""
    machine_script: str = "script.ipxe-{mac}"
    has_machine_scripts: bool = False
    """Whether `site.toml` says that machines have scripts of their own."""
    loaders: Mapping[str, str] = field(default_factory=dict)
    """Kind of machine → the NBP it must ask for."""
    supply: Mapping[str, str] = field(default_factory=dict)
    """Path in the site → the asset that the harness puts there, or a file of this machine."""
    absent: Mapping[str, str] = field(default_factory=dict)
    """Path that production has and this copy lacks → what it would be."""
    laid: Mapping[str, LaidKind] = field(default_factory=dict)
    """Path in the site → what of the payload lies there, in the place of a kernel or initrd."""
    machines: Mapping[str, KnownMachine] = field(default_factory=dict)
    """The machines that `site.toml` knows, by name."""
    relay: Relay | None = None
    """What stands between the machines' network and the server's; None: they are the same."""
    within: str = ""
    """Where its root lies in the site whose further host it is, `hosts/NAME`; "": it is none."""
    beside: frozenset[str] = frozenset()
    """The addresses of the whole site's hosts, where this is one of them."""
    outside: Mapping[str, str] = field(default_factory=dict)
    """Host beyond the lab → the directory of the site that stands in for it, or `PAYLOAD`."""
    has_secrets: bool = False
    """Whether `site.toml` says what is to be masked (see `harness.secret`)."""
    failures: tuple[str, ...] = ()
    """What programs of the site's print when they have failed, somewhere in a line."""
    programs: Mapping[str, str] = field(default_factory=dict)
    """Path → the id of the loader there, where evidence tells it and has no content."""
    unreadable: frozenset[str] = frozenset()
    """Paths of changed files that only root may read."""

    @cached_property
    def daemon_facts(self) -> Daemons:
        """What is known of its daemons, by its files as they are now."""
        known = {kind.name: kind for kind in self.kinds}
        # Machines behind a relay hear its advertisements, and no other router's.
        has_router = self.relay is not None and self.relay.ipv6 is not None
        names = (*((ROUTER,) if has_router else ()), *self.daemons)
        own = (known[name].facts(self) for name in names if name in known)
        placed = (self._placed(each) for each in own)
        return Daemons(all=(*placed, *self._daemons_beside()))

    def _placed(self, daemon: Daemon) -> Daemon:
        """Give one of the boot server's daemons with its addresses; the router has others."""
        is_own = daemon.name != ROUTER
        return replace(daemon, addresses=self.server.addresses) if is_own else daemon

    def _daemons_beside(self) -> Iterator[Daemon]:
        known = {kind.name: kind for kind in self.kinds}
        for name, host in self.hosts.items():
            for daemon in host.daemons:
                if kept := known.get(located(daemon, name)):  # evidence has it as it is told
                    yield kept.facts(self)
                elif daemon in known:
                    yield host.daemon(known[daemon].facts(self.each_host[name]))

    def on(self, host: str) -> "Site":
        """Give one of its further hosts, as a site for itself: its root is that host's."""
        further = self.hosts[host]
        begun = f"{further.root}/"
        return replace(
            self,
            dir=self.dir / further.root,
            server=further.server,
            daemons=further.daemons,
            menu=Menu(),
            data_root=DATA_ROOT,
            script="",
            loaders={},
            supply=further.own(self.supply),
            absent=further.own(self.absent),
            laid=further.own(self.laid),
            relay=None,
            hosts={},
            within=further.root,
            beside=self.addresses,
            outside={},
            changes=further.own(self.changes),
            programs=further.own(self.programs),
            unreadable=frozenset(
                path.removeprefix(begun) for path in self.unreadable if path.startswith(begun)
            ),
        )

    @cached_property
    def each_host(self) -> Mapping[str, "Site"]:
        """Its further hosts, each as a site for itself, by name."""
        return {name: self.on(name) for name in self.hosts}

    @cached_property
    def addresses(self) -> frozenset[str]:
        """All addresses of its own: the boot server's, and those of its further hosts."""
        further = (each.server.addresses for each in self.hosts.values())
        return self.server.addresses.union(self.beside, *further)

    @cached_property
    def macs(self) -> Mapping[str, str]:
        """MAC address of a lab's → the further host that has it, "" for the boot server.

        Nothing where it has no further host: whoever answers at the boot server's addresses is it.
        """
        beside = {host.mac: name for name, host in self.hosts.items()}
        return {SERVER_MAC: "", **beside} if beside else {}

    def server_at(self, address: str) -> Server:
        """Give whoever of its hosts has an address; the boot server where none has."""
        name = self.host_at(address)
        return self.hosts[name].server if name else self.server

    def host_at(self, address: str) -> str:
        """Give which of its further hosts has an address; "" where none has."""
        hosts = self.hosts.items()
        return next((name for name, each in hosts if address in each.server.addresses), "")

    @property
    def disks(self) -> Mapping[str, str]:
        """Path → the name of the disk there that one of its daemons offers to machines."""
        return {path: name for each in self.daemon_facts.all for path, name in each.disks.items()}

    @property
    def script_path(self) -> str:
        """The boot script's path in the site; "" when nobody has told."""
        return self.data_path(self.script) if self.script else ""

    def data_path(self, name: str) -> str:
        """Give the path in the site of what clients ask for as `name`."""
        return f"{self.data_root}/{name.lstrip('/')}"

    def root_of(self, role: Role) -> str:
        """Give the directory that the daemon in this role gives out, as a path in the site."""
        return self.place_of(role, "/").rstrip("/")

    @property
    def roots(self) -> tuple[str, ...]:
        """The directories that its web and TFTP servers give out; none lies in an earlier one."""
        roles = (Role.HTTP, Role.TFTP)
        found = [*dict.fromkeys(map(self.root_of, roles))]
        given_out = (each for each in self.daemon_facts.given_out(*roles) if each.strip("/"))
        for place in map(normal, given_out):
            if not any(PurePosixPath(place).is_relative_to(root) for root in found):
                found.append(place)
        return tuple(found)

    def place_of(
        self, role: Role, name: str, *, host: str = "", server: str = "", port: int = 0
    ) -> str:
        """Give the path in the site of what a client asks for as `name`, of this host.

        `server` is the address of who was asked, where that is known besides the host's name.
        The daemons' own settings say where that lies; where they say nothing, it is the data root.
        "" where only the server knows: it sends clients elsewhere, or asks somebody.
        """
        if host in self.outside:
            return f"{self.outside_root(host)}/{name.lstrip('/')}"
        daemon = self.daemon_facts.by_role(role, server or host)
        place = daemon.place(name, host=host, port=port) if daemon is not None else None
        if place is None:
            return self.data_path(name)
        return normal(place) if place else ""

    def outside_root(self, host: str) -> str:
        """Give the directory of the site that stands in for a host beyond the lab."""
        directory = self.outside[host]
        return f"{OUTSIDE_ROOT}/{host}" if directory == PAYLOAD else directory

    def kernel_path(self, entry: str) -> str:
        """Give the path in the site of what an entry starts."""
        return self.data_path(self.menu.entries[entry].kernel or "")

    def machine_script_path(self, mac: str) -> str:
        """Give the path of the script that only the machine with this MAC address runs."""
        return self.data_path(self.machine_script_name(mac))

    def machine_script_name(self, mac: str) -> str:
        """Give the name under which this machine asks for its own script."""
        name, machine = self.machine_script.lstrip("/"), self.machine_of(mac)
        for place, text_of in MACHINE_NAMES.items():
            name = name.replace(place, text_of(machine))
        return name

    def machine_of(self, mac: str) -> KnownMachine:
        """Give the machine with this MAC address; one like others where `site.toml` knows none."""
        return self.known(mac) or KnownMachine.of("", mac=mac)

    def known(self, *macs: str) -> KnownMachine | None:
        """Give the machine of `site.toml` that has one of these MAC addresses."""
        cards = {KnownMachine.of("", mac=mac).mac for mac in macs}
        return next((each for each in self.machines.values() if each.mac in cards), None)

    def provides(self, path: str) -> bool:
        """Say whether the file will be there in a lab: held by the site or supplied to it."""
        path = normal(path)
        return self.has(path) or (path in self.supply and path not in self.changes)

    @property
    def laid_paths(self) -> frozenset[str]:
        """The kernels and initrds that a lab lays in the site, unless a change says otherwise."""
        of_entries = (
            self.data_path(file)
            for entry in self.menu.entries.values()
            if entry.boots is EntryKind.PAYLOAD
            for file in entry.files
        )
        return frozenset(path for path in (*of_entries, *self.laid) if path not in self.changes)

    def with_file(self, path: str, content: str | bytes) -> "Site":
        """Give the site with this file added, or replaced as a whole."""
        return self._changed(path, content.encode() if isinstance(content, str) else content)

    def with_laid(self, laid: Mapping[str, LaidKind]) -> "Site":
        """Give the site with the payload laid there, too, unless `site.toml` says otherwise."""
        return replace(self, laid={**laid, **self.laid})

    def without(self, path: str) -> "Site":
        """Give the site without this file, whether it holds it, is supplied with it or boots it."""
        if not self.provides(path) and normal(path) not in self.laid_paths:
            raise SiteError("there is no such file to take away", path=self.dir / normal(path))
        return self._changed(path, None)

    def with_unreadable(self, path: str) -> "Site":
        """Give the site with this file there, but not readable for those who serve it."""
        if not self.provides(path):
            raise SiteError("there is no such file to shut", path=self.dir / normal(path))
        shut = self._changed(path, b"")
        return replace(shut, unreadable=self.unreadable | {normal(path)})

    def replaced(self, path: str, old: str, new: str, *, count: int = 1) -> "Site":
        """Give the site with `old` replaced by `new` in one file, where it is `count` times.

        Any other number is a SiteError: an edit that has lost its place goes not unnoticed.
        """
        text = self.read(path)
        found = text.count(old)
        if not old or found != count:
            raise SiteError(
                f"{old!r} is there {found} times, not {count}",
                path=self.dir / normal(path),
                cure="give the text to replace as the file has it, or say count=",
            )
        return self.with_file(path, text.replace(old, new))

    def with_loader(self, old: str, new: str, *, asset: str) -> "Site":
        """Give the site that hands out the NBP `new` wherever its DHCP servers named `old`.

        The NBP is supplied as this asset unless the site holds it.
        """
        kinds = {kind for kind, file in self.loaders.items() if file.lstrip("/") == old}
        if not kinds:
            raise SiteError(f"[loaders] names no {old} to replace", path=self.dir / SITE_FILE)
        name = re.compile(rf"(?<![\w.-]){re.escape(old)}(?![\w.-])")
        servers = (self.daemon_facts.by_role(role) for role in (Role.DHCPV4, Role.DHCPV6))
        paths = [server.configuration for server in servers if server is not None]
        texts = {path: self.read(path) for path in paths if self.has(path)}
        named = {path: name.sub(new, text) for path, text in texts.items() if name.search(text)}
        if not named:
            raise SiteError(
                f"no DHCP server names {old}", path=self.dir / (paths or [SITE_FILE])[0]
            )
        changed = replace(self, loaders={**self.loaders, **dict.fromkeys(kinds, new)})
        for path, text in named.items():
            changed = changed.with_file(path, text)
        supplied = {normal(self.data_path(new)): asset}
        return replace(changed, supply={**supplied, **self.supply})

    def with_supply(self, path: str, asset: str) -> "Site":
        """Give the site with an asset of the harness at this path, unless the site holds it."""
        return replace(self, supply={**self.supply, normal(path): asset})

    def with_host(
        self, name: str, *daemons: str, interfaces: Sequence[IPv4Interface | IPv6Interface]
    ) -> "Site":
        """Give the site with another host, which has these addresses and runs these daemons.

        Its files are laid below `hosts/NAME`.
        """
        ipv4 = next((each for each in interfaces if isinstance(each, IPv4Interface)), None)
        ipv6 = next((each for each in interfaces if isinstance(each, IPv6Interface)), None)
        server = Server(interface=self.server.interface, hostname=name, ipv4=ipv4, ipv6=ipv6)
        mac = further_mac(len(self.hosts) + 1)
        host = FurtherHost(name=name, server=server, daemons=daemons, mac=mac)
        return replace(self, hosts={**self.hosts, name: host})

    def without_daemons(self, *names: str) -> "Site":
        """Give the site with these of its daemons not running; `NAME@HOST` is a further host's."""
        known = {*self.daemons, *(d for host in self.hosts.values() for d in host.located_daemons)}
        for name in names:
            if name not in known:
                raise SiteError(f"it runs no {name} to do without", path=self.dir / SITE_FILE)
        hosts = {name: host.without(names) for name, host in self.hosts.items()}
        own = tuple(d for d in self.daemons if d not in names)
        return replace(self, daemons=own, hosts=hosts)

    def without_role(self, role: Role) -> "Site":
        """Give the site with no daemon in this role; as it is when it has none anyway."""
        filling = [daemon for daemon in self.daemon_facts.all if role in daemon.roles]
        for daemon in filling:
            if daemon.roles != (role,):
                raise SiteError(
                    f"{daemon.name} is not only the {role.called}", path=self.dir / SITE_FILE
                )
        return self.without_daemons(*(daemon.name for daemon in filling))

    def only(self, family: Family) -> "Site":
        """Give the site on a network of this family alone.

        Its server has no address of the other, and nobody leases or announces any.
        """
        if family not in self.server.families:
            raise SiteError(f"its server has no {family.value} address", path=self.dir / SITE_FILE)
        left = self
        for other in set(Family) - {family}:
            relay = None if left.relay is None else left.relay.without(other)
            hosts = {name: host.without_family(other) for name, host in left.hosts.items()}
            left = replace(left, server=left.server.without(other), relay=relay, hosts=hosts)
            for role in Role.of_network(other):
                left = left.without_role(role)
        return left

    def with_daemon(self, name: str, *, instead_of: str) -> "Site":
        """Give the site with another daemon in the place of one that it runs."""
        if name not in [kind.name for kind in self.kinds]:
            raise SiteError(f"there is no daemon {name}", path=self.dir / SITE_FILE)
        left = self.without_daemons(instead_of)
        return replace(left, daemons=tuple(name if d == instead_of else d for d in self.daemons))

    def _changed(self, path: str, content: bytes | None) -> "Site":
        return replace(self, changes={**self.changes, normal(path): content})
