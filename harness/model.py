"""The words of the field: protocol, family, loader, and what a payload reports.

Owns values only. Nothing here opens a file or starts a process.
"""

from dataclasses import dataclass, field
from enum import Enum


class Family(Enum):
    """An IP address family."""

    IPV4 = "ipv4"
    IPV6 = "ipv6"


class Protocol(Enum):
    """How the first program (NBP) is fetched."""

    TFTP = "tftp"
    HTTP = "http"


class LoaderKind(Enum):
    """What the first program is: it decides how the menu and its entries are fetched."""

    IPXE = "ipxe"
    GRUB = "grub"
    """Takes over the firmware's lease, and fetches everything as it was fetched itself."""

    @property
    def called(self) -> str:
        """Its name, as people write it."""
        return "GRUB" if self is LoaderKind.GRUB else "iPXE"


VENDOR_CLASS_PXE = "PXEClient"
VENDOR_CLASS_HTTP = "HTTPClient"
USER_CLASS_IPXE = "iPXE"


@dataclass(frozen=True, kw_only=True)
class MountReport:
    """A file system that a booted system has mounted, as its kernel tells."""

    source: str
    place: str
    type: str
    options: tuple[str, ...]


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
