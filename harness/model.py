"""The words of the field: protocol, family, loader, and what a payload reports.

Owns values only. Nothing here opens a file or starts a process.
"""

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
