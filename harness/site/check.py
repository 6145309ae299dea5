"""Judge a site before a lab is made of it: what it needs is there, and fits together.

Owns what can be told from the files alone. Whether a daemon accepts its
configuration, the daemon says itself when a lab starts.
"""

import re
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from ipaddress import IPv4Interface, IPv6Interface
from pathlib import Path

from harness.site import defaults
from harness.site.files import is_operators, locate, normal, read_text
from harness.site.load import line_of_key
from harness.site.model import FIRMWARE, SITE_FILE, Entry, EntryKind, Site
from harness.site.problem import Problem, raise_all, suggestion

_LONGEST_INTERFACE = 15
_DHCPD_DEFAULTS = "etc/default/isc-dhcp-server"
_FAMILY = {"dhcpd4": "ipv4", "dhcpd6": "ipv6", "radvd": "ipv6"}
_CONFIGURATION = {
    "dhcpd4": "etc/dhcp/dhcpd.conf",
    "dhcpd6": "etc/dhcp/dhcpd6.conf",
    "radvd": "etc/radvd.conf",
    "tftpd": "etc/default/tftpd-hpa",
    "nginx": "etc/nginx/nginx.conf",
    "dnsmasq": "etc/dnsmasq.conf",
    "nfs": "etc/exports",
}


def check_site(site: Site, *, also: Iterable[Problem] = ()) -> None:
    """Check that the site can be made a lab of; `also` is what those above have found.

    Raises:
        SiteError: names everything that is missing or does not fit, and where.
    """
    judge = _Judge(site, read_text(site.dir, SITE_FILE))
    raise_all(
        [
            *judge.server(),
            *judge.configurations(),
            *judge.interfaces(),
            *judge.menu(),
            *judge.fetched_files(),
            *also,
            *judge.modes(),
        ]
    )


@dataclass(frozen=True)
class _Judge:
    """One site under judgement, and the text of its `site.toml` for the line numbers."""

    site: Site
    text: str

    def server(self) -> Iterator[Problem]:
        """Look at the server's interface and addresses."""
        server = self.site.server
        if len(server.interface) > _LONGEST_INTERFACE:
            yield self._toml(
                f"{server.interface!r} is too long for an interface", "server", "interface"
            )
        for family, address in (("ipv4", server.ipv4), ("ipv6", server.ipv6)):
            if address is not None and not _is_host(address):
                yield self._toml(f"{address} is no address of a host", "server", family)
        if server.ipv4 is None and server.ipv6 is None:
            yield self._toml("the server has no address", "server", cure="give ipv4, ipv6 or both")
        for daemon in self.site.daemons:
            family = _FAMILY.get(daemon, "")
            if family and getattr(server, family) is None:
                yield self._toml(f"{daemon} needs an address: {family} is missing", "server")

    def configurations(self) -> Iterator[Problem]:
        """Look for each daemon's configuration, and for the boot script."""
        for daemon in self.site.daemons:
            path = self._configuration(daemon)
            if not self.site.has(path) and not (daemon == "nginx" and self._has_nginx_part()):
                yield self._missing(path, f"{daemon} needs this file", "daemons")
        if not self.site.provides(self.site.script_path):
            yield self._missing(self.site.script_path, "machines need this boot script", "files")

    def interfaces(self) -> Iterator[Problem]:
        """Compare the interface with the ones that the daemons are told to serve."""
        interface = self.site.server.interface
        settings = defaults.read(self.site, _DHCPD_DEFAULTS)
        for daemon in ("dhcpd4", "dhcpd6"):
            served = settings.get(f"INTERFACESv{daemon[-1]}", "").split()
            if daemon in self.site.daemons and served and interface not in served:
                yield self._mismatch(_DHCPD_DEFAULTS, f"{daemon} serves {' '.join(served)}")
        path = self._configuration("radvd")
        if "radvd" in self.site.daemons and self.site.has(path):
            served = re.findall(r"^\s*interface\s+([^\s{]+)", self.site.read(path), re.MULTILINE)
            if interface not in served:
                yield self._mismatch(path, f"radvd serves {' '.join(served) or 'no interface'}")

    def menu(self) -> Iterator[Problem]:
        """Look at the menu: a default that every form of it has, entries that can boot."""
        menu = self.site.menu
        for firmware in FIRMWARE:
            ids = [entry.id for entry in menu.shown(firmware)]
            if ids and menu.default not in ids:
                yield self._toml(
                    f"the default {menu.default!r} is no entry of the {firmware} menu",
                    *("menu", "default"),
                    cure=suggestion(menu.default, ids),
                )
        for entry in menu.entries.values():
            yield from self._entry(entry)

    def fetched_files(self) -> Iterator[Problem]:
        """Look for the loaders and for the programs that entries start."""
        for key, name in self.site.loaders.items():
            yield from self._fetched(name, "loaders", key)
        for entry in self.site.menu.entries.values():
            for key in ("kernel", "kernel_ia32"):
                name = getattr(entry, key)
                if entry.boots is EntryKind.SHELL and name is not None:
                    yield from self._fetched(name, "menu", "entries", entry.id, key)
        for path, asset in self.site.supply.items():
            if is_operators(asset) and not Path(asset).is_file():
                yield self._toml(f"there is no file {asset} on this machine", "supply", path)
        for path in self.site.absent:
            if self.site.provides(path):
                yield self._toml(f"{path} is there, though it is said to be absent", "absent", path)

    def modes(self) -> Iterator[Problem]:
        """Look for data that a daemon cannot read once it has dropped its privileges."""
        root = locate(self.site.dir, self.site.data_root)
        if root is None or not {"tftpd", "nginx"} & set(self.site.daemons):
            return
        for path in sorted([root, *root.rglob("*")]):
            if not path.is_symlink() and not _readable_for_all(path):
                yield Problem(
                    what="tftpd and nginx drop their privileges and cannot read this",
                    path=path,
                    cure=f"chmod -R a+rX {root}",
                )

    def _entry(self, entry: Entry) -> Iterator[Problem]:
        """Look at one entry: it names the files that its kind needs, and no others."""
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
                yield self._toml(f"what boots a {entry.boots.value} needs {key}", *keys)
            if given and key not in possible:
                yield self._toml(f"what boots a {entry.boots.value} has no {key}", *keys, key)
        if entry.image is not None:
            for path in (entry.image, *(f"{entry.image}/{Path(f).name}" for f in entry.files)):
                if not Path(path).is_absolute() or not Path(path).exists():
                    yield self._toml(f"there is no {path} on this machine", *keys, "image")
        words = (*entry.cmdline, *entry.cmdline_per_machine)
        if words and entry.boots is not EntryKind.PAYLOAD:
            yield self._toml("only a payload can tell its command line", *keys, "cmdline")

    def _fetched(self, name: str, *keys: str) -> Iterator[Problem]:
        """Look for one file that clients fetch."""
        path = self.site.data_path(name)
        if not self.site.provides(path) and path not in self.site.absent:
            yield self._toml(
                f"{path} is not there, and not supplied",
                *keys,
                cure="put it there, have it supplied by [supply], or say in [absent] what it is",
            )

    def _configuration(self, daemon: str) -> str:
        """Give the place of a daemon's configuration, as its settings say."""
        usual = _CONFIGURATION[daemon]
        if not daemon.startswith("dhcpd"):
            return usual
        settings = defaults.read(self.site, _DHCPD_DEFAULTS)
        return normal(settings.get(f"DHCPDv{daemon[-1]}_CONF", usual))

    def _has_nginx_part(self) -> bool:
        """Say whether the site configures nginx by a part of Debian's configuration."""
        parts = ("etc/nginx/sites-enabled", "etc/nginx/conf.d")
        places = [place for part in parts if (place := locate(self.site.dir, part)) is not None]
        held = any(child for place in places if place.is_dir() for child in place.iterdir())
        return held or any(path.startswith(parts) for path in self.site.changes)

    def _missing(self, path: str, why: str, *keys: str) -> Problem:
        """Say that a file is not there, and where `site.toml` asks for it."""
        line = line_of_key(self.text, keys)
        cure = f"add it, or change {SITE_FILE}" + (f", line {line}" if line else "")
        return Problem(what=f"{why}, and it is not there", path=self.site.dir / path, cure=cure)

    def _mismatch(self, path: str, what: str) -> Problem:
        """Say that a daemon's interface is not the site's."""
        interface = self.site.server.interface
        return Problem(
            what=f"{what}, but the server's interface is {interface}",
            path=self.site.dir / path,
            cure=f"change this file, or `interface` in {SITE_FILE}",
        )

    def _toml(self, what: str, *keys: str, cure: str = "") -> Problem:
        """Say what is wrong with a key of `site.toml`."""
        path, line = self.site.dir / SITE_FILE, line_of_key(self.text, keys)
        return Problem(what=what, path=path, line=line, cure=cure)


def _is_host(address: IPv4Interface | IPv6Interface) -> bool:
    """Say whether a host can have this address."""
    ip, network = address.ip, address.network
    if ip.is_multicast or ip.is_unspecified or ip.is_loopback:
        return False
    if network.max_prefixlen - network.prefixlen <= 1:
        return True
    return ip != network.network_address and (
        isinstance(address, IPv6Interface) or ip != network.broadcast_address
    )


def _readable_for_all(path: Path) -> bool:
    """Say whether any user may read a file, or enter and list a directory."""
    mode = path.stat().st_mode
    wanted = stat.S_IROTH | (stat.S_IXOTH if path.is_dir() else 0)
    return mode & wanted == wanted
