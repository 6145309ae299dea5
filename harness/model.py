"""The words of the field: protocol, family, loader, and what a payload reports.

Owns values only. Nothing here opens a file or starts a process.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import TypeAlias
from uuid import UUID, uuid5


class Family(Enum):
    """An IP address family."""

    IPV4 = "ipv4"
    IPV6 = "ipv6"

    @classmethod
    def of(cls, address: str) -> "Family":
        """Give the family of an address."""
        return cls.IPV6 if ":" in address else cls.IPV4


Address: TypeAlias = IPv4Address | IPv6Address


def read_address(text: str) -> Address | None:
    """Read an IP address; None when the text is something else."""
    try:
        return ip_address(text)
    except ValueError:
        return None


class Protocol(Enum):
    """How the first program (NBP) is fetched."""

    TFTP = "tftp"
    HTTP = "http"


class Role(Enum):
    """What a daemon does for machines that boot; one daemon may fill several."""

    DHCPV4 = "dhcpv4"
    DHCPV6 = "dhcpv6"
    PROXY_DHCP = "proxydhcp"
    """Adds boot files to the addresses that another server gives (PXE 2.1, 2.2.3)."""
    RA = "ra"
    TFTP = "tftp"
    HTTP = "http"
    DNS = "dns"
    NFS = "nfs"
    ISCSI = "iscsi"

    @property
    def called(self) -> str:
        """Who fills it, as people say."""
        return _FILLED_BY[self]

    @classmethod
    def dhcp(cls, family: Family) -> "Role":
        """Give the role of whoever leases addresses of this family."""
        return cls.DHCPV4 if family is Family.IPV4 else cls.DHCPV6

    @classmethod
    def of_network(cls, family: Family) -> tuple["Role", ...]:
        """Give the roles without which no machine is configured in this family."""
        return (cls.DHCPV4,) if family is Family.IPV4 else (cls.DHCPV6, cls.RA)


_FILLED_BY = {
    Role.DHCPV4: "DHCPv4 server",
    Role.DHCPV6: "DHCPv6 server",
    Role.PROXY_DHCP: "proxy DHCP server",
    Role.RA: "router",
    Role.TFTP: "TFTP server",
    Role.HTTP: "web server",
    Role.DNS: "DNS server",
    Role.NFS: "NFS server",
    Role.ISCSI: "iSCSI target",
}


@dataclass(frozen=True, kw_only=True)
class Served:
    """A directory that a server gives out, and by which names of files it is asked for."""

    directory: str
    """On the boot server; "" where only the server knows what such a name means to it."""
    under: str = "/"
    """What such a name begins with."""
    port: int = 0
    """0: whichever the server listens on."""
    address: str = ""
    """Where it is listened for: everywhere, or one family's `0.0.0.0` or `::`, or one address."""
    hosts: tuple[str, ...] = ()
    """The names of the host under which it is given out, as nginx writes them; (): any."""
    keeps_path: bool = True
    """Whether the whole name is looked for in the directory, not just what is behind `under`."""
    pattern: str = ""
    """What such a name has besides: a regular expression."""
    rank: int = 0
    """What is meant by a higher one comes before what fits by a longer beginning."""
    rules: tuple[tuple[str, str], ...] = ()
    """By what it is given out so, or not: the setting's name, and its words with their place."""

    def rule(self, *names: str) -> str:
        """Give the words of the first of these settings that there is, innermost; "" without."""
        return next((said for name in names for each, said in self.rules if each == name), "")

    def place(self, name: str) -> str:
        """Give where the file of this name lies; "" where only the server knows."""
        if not self.directory:
            return ""
        if not self.keeps_path:  # one takes the other's place, letter by letter
            return f"{self.directory}{name.removeprefix(self.under)}"
        return f"{self.directory.rstrip('/')}/{name.lstrip('/')}"

    def hears(self, address: str) -> bool:
        """Whether it is given out to who asks at this address of the server's."""
        everywhere = {"": True, "0.0.0.0": ":" not in address, "::": ":" in address}
        return everywhere.get(self.address, self.address == address)

    def fits(self, name: str, *, host: str, port: int) -> int:
        """Say how exactly it is meant by such a question; 0: it is not."""
        if not name.startswith(self.under) or (port and self.port not in (0, port)):
            return 0
        if self.pattern and not re.search(self.pattern, name):
            return 0
        return len(self.under) + 1_000 * self.rank + 10_000 * (host in self.hosts)


@dataclass(frozen=True, kw_only=True)
class Renaming:
    """A rule by which a TFTP server looks for another file than it was asked for."""

    pattern: str
    into: str
    flags: str = "r"
    """As tftpd(8) has them: `r` renames, `g` all of them, `i` whatever the case, `a` refuses,
    `e`: no rule is looked at behind one that has renamed.
    """
    place: str = ""
    """Its file and line."""

    @property
    def is_last(self) -> bool:
        """Whether no rule behind it counts once it has renamed a file."""
        return "e" in self.flags

    def applied(self, name: str) -> str:
        """Give the name that it makes of one."""
        if "r" not in self.flags:
            return name
        flags = re.IGNORECASE if "i" in self.flags else 0
        into = re.sub(r"\\([ux]|L|U|E)", "", self.into)
        try:
            found = re.sub(
                self.pattern, into, name, count=0 if "g" in self.flags else 1, flags=flags
            )
        except (re.error, IndexError):  # its expressions are not quite ours
            return name
        return found

    def refuses(self, name: str) -> bool:
        """Whether nobody gets a file of this name by it."""
        try:
            return "a" in self.flags and re.search(self.pattern, name) is not None
        except re.error:
            return False


@dataclass(frozen=True, kw_only=True)
class Acceptance:
    """Whom a DHCP server gives an address by its rules, as far as these go by MAC addresses."""

    refusal: str = ""
    """The line that keeps a machine out that no rule names; "" when it is served."""
    macs: tuple[str, ...] = ()
    """The MAC addresses that rules name, of which the end may be left open: `52:54:00`."""
    refused: Mapping[str, str] = field(default_factory=dict)
    """MAC address, its end as open → the line that turns this machine away."""
    limits: tuple[str, ...] = ()
    """The lines that say for whom its addresses are, where none are for everybody."""
    by_class: tuple[str, ...] = ()
    """The lines that turn machines away by what these say of themselves, whatever the address."""

    def line_against(self, mac: str) -> str:
        """Say which line turns a machine with this address away; "" when it is served."""
        own = (line for begun, line in self.refused.items() if mac.startswith(begun))
        return next(own, "" if mac.startswith(self.macs) else self.refusal)

    def named(self, own: str) -> str | None:
        """Give an address that a rule names, what it leaves open filled in; None: it names none."""
        named = next(iter(self.macs), None)
        return None if named is None else named + own[len(named) :]


@dataclass(frozen=True, kw_only=True)
class Daemon:
    """What is known of one of a site's daemons without running it."""

    name: str
    """Its name in `site.toml` and in events of its log."""
    called: str
    """Its name for people: `dhcpd -4`."""
    program: str
    """Whose words its log has: `dhcpd says: …`."""
    roles: tuple[Role, ...]
    host: str = ""
    """Which of the site's further hosts it runs on; "": its boot server."""
    within: str = ""
    """Where the root of that host lies in the site; "": it is the site's own."""
    addresses: frozenset[str] = frozenset()
    """Those of the host that it runs on."""
    log: str
    """Its log, as messages name it: `dhcpd4.log`, `nginx's log`."""
    logs_nothing_of: tuple[Role, ...] = ()
    """Its roles in which its log does not tell what the wire does: there it is no witness."""
    logs_by_transaction: bool = False
    """Whether a DHCP server's log has what gives an address, by its transaction, and no more."""
    configuration: str = ""
    """Where its configuration lies, below the root of the server."""
    files: tuple[str, ...] = ()
    """Its configuration's files: that one, and what it includes."""
    settings: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """What machines are told by it, in the words of a boot's text → its settings for that."""
    settings_by_role: Mapping[Role, Mapping[str, Sequence[str]]] = field(default_factory=dict)
    """The same of one role alone, where one daemon has several and names them apart."""
    pools: tuple[tuple[Role, str], ...] = ()
    """The addresses that it leases, in words; where they lie if its file does not tell."""
    acceptance: Acceptance = field(default_factory=Acceptance)
    """Whom it gives one."""
    idle: Mapping[Role, str] = field(default_factory=dict)
    """Role that it does not have → the line of a setting that says nothing without it."""
    no_subnet: str = ""
    """How its log, or its answer, says that it does not know a machine's network."""
    hears_no_relay: str = ""
    """The line by which what a relay sends to its own address goes unheard; "": it is heard."""
    partners: tuple[str, ...] = ()
    """The addresses of those hosts of the site's with which it shares its pools: either leases."""
    no_free_lease: str = ""
    """What its log says when a pool has no address left."""
    turned_away: tuple[str, ...] = ()
    """What its log says of a machine that a rule keeps out."""
    directory: str = ""
    """The directory that it serves, as its own settings say; "" where they do not tell simply."""
    directory_setting: str = ""
    """The name of that setting."""
    serves: tuple[Served, ...] = ()
    """All that it serves, as its own settings say."""
    is_shut_in: bool = False
    """Whether its directory is all that it sees (chroot(2)): a link leads nowhere else."""
    renames: tuple[Renaming, ...] = ()
    """What it makes of a file's name before it looks for it."""
    disks: Mapping[str, str] = field(default_factory=dict)
    """Path in the site → what a disk is called that lies there and is offered to machines."""
    not_found: str = ""
    """What it tells a client whose file is not there, where the protocol has no number for it."""
    forbidden: str = ""
    """What it tells a client whose file it may not read, likewise."""

    @property
    def own_directory(self) -> str:
        """The directory that it serves, as its own host has it."""
        within = f"/{self.within}" if self.within else ""
        return self.directory.removeprefix(within)

    def tells_by(self, role: Role, matter: str) -> Sequence[str]:
        """Give the settings by which it tells machines of a matter in a role."""
        own = self.settings_by_role.get(role, {}).get(matter, ())
        return own or self.settings.get(matter, ())

    def pool(self, role: Role) -> str:
        """Give the addresses that it leases in a role; "" when it leases none."""
        return next((words for each, words in self.pools if each is role), "")

    def place(self, name: str, *, host: str = "", port: int = 0) -> str | None:
        """Give where the file lies that it is asked for by this name.

        "" where only the server itself knows; None where its settings say nothing of it.
        """
        for rule in self.renames:
            before, name = name, rule.applied(name)
            if rule.is_last and name != before:
                break
        name = f"/{name.lstrip('/')}"
        meant = self.served(name, host=host, port=port)
        return None if meant is None else meant.place(name)

    def served(self, name: str, *, host: str = "", port: int = 0) -> Served | None:
        """Give by what of its settings it serves a name; None where they say nothing of it."""
        fitting = [(each.fits(name, host=host, port=port), each) for each in self.serves]
        best = max((fit for fit, _ in fitting), default=0)
        return next(each for fit, each in fitting if fit == best) if best else None


@dataclass(frozen=True, kw_only=True)
class Daemons:
    """All daemons of a site, in its order: first those of its boot server."""

    all: tuple[Daemon, ...] = ()

    def by_role(self, role: Role, server: str = "") -> Daemon | None:
        """Give the one that fills a role; of several, the one on the host with this address.

        Without one there, it is the first.
        """
        filling = self.filling(role)
        there = (daemon for daemon in filling if server in daemon.addresses)
        return next(there, next(iter(filling), None))

    def filling(self, role: Role) -> tuple[Daemon, ...]:
        """Give all that fill a role."""
        return tuple(daemon for daemon in self.all if role in daemon.roles)


class EntryEnding(Enum):
    """How an entry of the menu ended that booted no system: it gave the menu back."""

    RETURNED = "returned"
    """What it started has ended well."""
    MISSING = "missing"
    """Its kernel is not on the server: 404."""
    REFUSED = "refused"
    """The server does not give its kernel out: 403."""
    NO_PROGRAM = "no-program"
    """Its kernel has come, and the loader knows it for no program."""
    CUT_SHORT = "cut-short"
    """All has come, and the firmware does not start the kernel, for its end is missing."""
    NO_DEVICE = "no-device"
    """Its program has come, and the loader knows no device of the firmware's that it came from."""


def machine_uuid(mac: str) -> UUID:
    """Give the UUID of the machine with this MAC address: the same in every lab."""
    return uuid5(_MACHINES, mac.lower())


_MACHINES = UUID("6d0c4f5e-92a7-4a31-8f0e-b7d21c6a5e94")
ISCSI_PORT = 3260
PROXY_DHCP_PORT = 4011
"""Where PXE's boot servers listen, and proxy DHCP servers for who knows them (PXE 2.1, 2.2.4)."""
VENDOR_CLASS_PXE = "PXEClient"
VENDOR_CLASS_HTTP = "HTTPClient"
LAST_CLIENT_ARCH = 0x29
"""The highest that IANA has given out (Processor Architecture Types)."""
USER_CLASS_IPXE = "iPXE"


@dataclass(frozen=True, kw_only=True)
class MountReport:
    """A file system that a booted system has mounted, as its kernel tells."""

    source: str
    place: str
    type: str
    options: tuple[str, ...]

    @property
    def nfs_version(self) -> str:
        """The version of NFS by which it is mounted, as its options say; "" without."""
        found = (option for option in self.options if option.startswith("vers="))
        return next((option.partition("=")[2] for option in found), "")


@dataclass(frozen=True, kw_only=True)
class RootReport:
    """What a live system's root is made of, as it found out itself."""

    image: str
    """The file that the root's squashfs is mounted from."""
    image_sha256: str
    medium: MountReport
    """What that file lies on: memory, or an NFS server's directory."""
    root: MountReport
    stand_in: str = ""
    """What the initramfs stands in for, if it does."""


@dataclass(frozen=True, kw_only=True)
class HandedFile:
    """A piece of memory that a loader handed to a payload."""

    size: int
    sha256: str


LOCAL_DISK = "local disk"
"""The entry that a machine's own disk reports as."""


@dataclass(frozen=True, kw_only=True)
class PayloadReport:
    """The one line that a booted payload prints: what only the booted system can know."""

    token: str
    entry: str
    firmware: str
    """`uefi` or `bios`, as the kernel found it."""
    mac: str
    cmdline: str
    ipv4: tuple[str, ...] = field(default=())
    ipv6: tuple[str, ...] = field(default=())
    source: str = ""
    """The server that the command line names for the root file system; "" for an address."""
    resolved: tuple[str, ...] = field(default=())
    """The addresses that the DNS server gave for it."""
    root: RootReport | None = None
    """Of a live system; the small payload has none."""
    payload: str = "linux"
    """What reports: `linux`, or `stub`, which alone fills in what follows."""
    initrds: tuple[HandedFile, ...] = ()
    """As they were handed over: a loader may have made one of several."""
    archives: tuple[HandedFile, ...] = ()
    """The unpacked archives in them, in order."""
    memory_mib: int = 0
    secure_boot: str = ""
    """`on`, `off`, or `unknown` where nobody says."""
    uuid: str = ""
    """The machine's, by SMBIOS."""
    error: str = ""
    """What it takes for a loader's fault: Linux would have died of it."""
