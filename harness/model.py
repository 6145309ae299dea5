"""The words of the field: firmware, protocol, family, and the boot path they make.

Owns values only. Nothing here opens a file or starts a process.
"""

from dataclasses import dataclass, field, replace
from enum import Enum, IntEnum


class Family(Enum):
    """An IP address family."""

    IPV4 = "ipv4"
    IPV6 = "ipv6"


class Protocol(Enum):
    """How the first program (NBP) is fetched."""

    TFTP = "tftp"
    HTTP = "http"


class ClientArch(IntEnum):
    """Client system architecture, DHCPv4 option 93 and DHCPv6 option 61 (RFC 4578, RFC 5970).

    The values are IANA's "Processor Architecture Types".
    """

    BIOS = 0x00
    IA32_UEFI = 0x06
    X64_UEFI = 0x07
    IA32_UEFI_HTTP = 0x0F
    X64_UEFI_HTTP = 0x10

    @property
    def is_uefi(self) -> bool:
        """Whether this architecture is a UEFI one."""
        return self is not ClientArch.BIOS

    @property
    def bits(self) -> int:
        """Word size of the firmware, in bits; a BIOS counts as 16."""
        if self is ClientArch.BIOS:
            return 16
        return 32 if self in (ClientArch.IA32_UEFI, ClientArch.IA32_UEFI_HTTP) else 64


class NetworkStack(Enum):
    """Whose network stack fetches the first program."""

    FIRMWARE = "firmware"
    """UEFI's own PXE or HTTP Boot."""
    IPXE_ROM = "ipxe-rom"
    """The NIC's option ROM, which is iPXE and says so (QEMU's default)."""
    VENDOR_ROM = "vendor-rom"
    """The NIC's option ROM, playing a vendor's PXE ROM that knows nothing of iPXE."""


class LoaderKind(Enum):
    """What the first program is: it decides how the menu and its entries are fetched."""

    IPXE = "ipxe"
    GRUB = "grub"
    """Takes over the firmware's lease, and fetches everything as it was fetched itself."""

    @property
    def called(self) -> str:
        """Its name, as people write it."""
        return "GRUB" if self is LoaderKind.GRUB else "iPXE"


class OptionRom(Enum):
    """What code the network card brings for the firmware to run."""

    NONE = "no-rom"
    DEFAULT = "default-rom"
    """What QEMU gives a card that is told nothing."""
    UEFI = "uefi-rom"
    """A driver for x64 UEFI, and nothing for a BIOS."""
    LEGACY = "legacy-rom"
    """UNDI code for a BIOS, and nothing for UEFI."""


PAYLOAD_NICS = frozenset({"virtio"})
"""The cards that the payload's kernel has a driver for. On others it has no card to report."""
VENDOR_CLASS_PXE = "PXEClient"
VENDOR_CLASS_HTTP = "HTTPClient"
USER_CLASS_IPXE = "iPXE"


@dataclass(frozen=True, kw_only=True)
class BootPath:
    """The way a machine takes from power-on to its menu.

    `id` is the name in test ids and on the command line: lower-case words.
    `loader` is the key of the site's `[loaders]` table whose file this kind of
    machine must fetch first, or None when it gets the script at once.
    """

    id: str
    client_arch: ClientArch
    protocol: Protocol
    family: Family
    stack: NetworkStack
    loader: str | None
    nic: str = "virtio"
    rom: OptionRom

    def __str__(self) -> str:
        """Give the id: what people write and read."""
        return self.id

    @property
    def is_uefi(self) -> bool:
        """Whether the guest's firmware is UEFI."""
        return self.client_arch.is_uefi

    @property
    def payload_sees_nic(self) -> bool:
        """Whether the payload can tell its card's MAC and addresses."""
        return self.nic in PAYLOAD_NICS

    def with_nic(self, nic: str, rom: OptionRom) -> "BootPath":
        """Give the same way on another network card."""
        return replace(self, id=f"{self.id}-{nic}-{rom.value}", nic=nic, rom=rom)

    @property
    def vendor_class(self) -> str:
        """What the vendor class of the firmware's DHCP request begins with (option 60 / 16)."""
        return VENDOR_CLASS_HTTP if self.protocol is Protocol.HTTP else VENDOR_CLASS_PXE


def _uefi(client_arch: ClientArch, protocol: Protocol, family: Family) -> BootPath:
    """Make a path of UEFI's own network stack."""
    width = "x64" if client_arch.bits == 64 else "ia32"
    return BootPath(
        id=f"{width}-{protocol.value}-{family.value}",
        client_arch=client_arch,
        protocol=protocol,
        family=family,
        stack=NetworkStack.FIRMWARE,
        loader=f"{width}-{protocol.value}",
        # With QEMU's default one, the ROM's iPXE would run before the firmware's stack.
        rom=OptionRom.NONE,
    )


def _bios(stack: NetworkStack, protocol: Protocol, loader: str | None) -> BootPath:
    """Make a path of a legacy option ROM."""
    return BootPath(
        id=f"bios-{stack.value}",
        client_arch=ClientArch.BIOS,
        protocol=protocol,
        family=Family.IPV4,
        stack=stack,
        loader=loader,
        rom=OptionRom.DEFAULT,
    )


BOOT_PATHS: dict[str, BootPath] = {
    path.id: path
    for path in (
        _uefi(ClientArch.X64_UEFI, Protocol.TFTP, Family.IPV4),
        _uefi(ClientArch.X64_UEFI, Protocol.TFTP, Family.IPV6),
        _uefi(ClientArch.X64_UEFI_HTTP, Protocol.HTTP, Family.IPV4),
        _uefi(ClientArch.X64_UEFI_HTTP, Protocol.HTTP, Family.IPV6),
        _uefi(ClientArch.IA32_UEFI, Protocol.TFTP, Family.IPV4),
        _uefi(ClientArch.IA32_UEFI, Protocol.TFTP, Family.IPV6),
        _uefi(ClientArch.IA32_UEFI_HTTP, Protocol.HTTP, Family.IPV4),
        _uefi(ClientArch.IA32_UEFI_HTTP, Protocol.HTTP, Family.IPV6),
        _bios(NetworkStack.IPXE_ROM, Protocol.HTTP, None),
        _bios(NetworkStack.VENDOR_ROM, Protocol.TFTP, "bios"),
    )
}
"""Every boot path by its id, in the order in which people list them."""
USUAL_PATHS = tuple(path for path in BOOT_PATHS.values() if path.client_arch.bits != 32)
"""Those that every scenario can boot by: where iPXE is the loader, so not the ia32 ones."""


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
