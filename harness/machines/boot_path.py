"""Boot paths: the ways that machines take from power-on to their menu."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum
from itertools import product

from harness.machines.base import Machine
from harness.machines.registry import MACHINES
from harness.model import VENDOR_CLASS_HTTP, VENDOR_CLASS_PXE, Family, Protocol


class NetworkStack(Enum):
    """Whose network stack fetches the first program."""

    FIRMWARE = "firmware"
    """UEFI's own PXE or HTTP Boot."""
    IPXE_ROM = "ipxe-rom"
    """The NIC's option ROM, which is iPXE and says so (QEMU's default)."""
    VENDOR_ROM = "vendor-rom"
    """The NIC's option ROM, playing a vendor's PXE ROM that knows nothing of iPXE."""


class OptionRom(Enum):
    """What code the network card brings for the firmware to run."""

    NONE = "no-rom"
    DEFAULT = "default-rom"
    """What QEMU gives a card that is told nothing."""
    UEFI = "uefi-rom"
    """A driver for x64 UEFI, and nothing for a BIOS."""
    LEGACY = "legacy-rom"
    """UNDI code for a BIOS, and nothing for UEFI."""
    VENDOR = "vendor-rom"
    """The same, which tells a DHCP server no features of iPXE's."""

    @property
    def is_file(self) -> bool:
        """Whether it is one of a kind, and so in a file of its own."""
        return self in (OptionRom.UEFI, OptionRom.LEGACY, OptionRom.VENDOR)


@dataclass(frozen=True, kw_only=True)
class BootPath:
    """The way a machine takes from power-on to its menu.

    `id` is the name in test ids and on the command line: lower-case words.
    `loader` is the key of the site's `[loaders]` table whose file this kind of
    machine must fetch first, or None when it gets the script at once.
    """

    id: str
    machine: Machine
    protocol: Protocol
    family: Family
    stack: NetworkStack
    loader: str | None
    nic: str
    rom: OptionRom

    def __str__(self) -> str:
        """Give the id: what people write and read."""
        return self.id

    @property
    def is_uefi(self) -> bool:
        """Whether the guest's firmware is UEFI."""
        return self.machine.is_uefi

    @property
    def client_arch(self) -> int:
        """What the firmware's DHCP request gives as client architecture."""
        return self.machine.clients[self.protocol].arch

    @property
    def firmware(self) -> str:
        """`uefi` or `bios`: which form of a site's menu it leads to."""
        return "uefi" if self.is_uefi else "bios"

    @property
    def payload_sees_nic(self) -> bool:
        """Whether the payload can tell its card's MAC and addresses."""
        return self.nic in self.machine.nic_drivers.payload

    def with_nic(self, nic: str, rom: OptionRom) -> "BootPath":
        """Give the same way on another network card."""
        return replace(self, id=f"{self.id}-{nic}-{rom.value}", nic=nic, rom=rom)

    def by_http(self, family: Family) -> "BootPath":
        """Give UEFI HTTP Boot of this family, on the same card, whatever is fetched by it."""
        return replace(
            self,
            id=f"{self.machine.id}-http-{family.value}",
            protocol=Protocol.HTTP,
            family=family,
            stack=NetworkStack.FIRMWARE,
            loader=None,
        )

    @property
    def vendor_class(self) -> str:
        """What the vendor class of the firmware's DHCP request begins with (option 60 / 16)."""
        return VENDOR_CLASS_HTTP if self.protocol is Protocol.HTTP else VENDOR_CLASS_PXE


_ROMS = {
    # With QEMU's default one, the ROM's iPXE would run before UEFI's own stack.
    NetworkStack.FIRMWARE: OptionRom.NONE,
    NetworkStack.IPXE_ROM: OptionRom.DEFAULT,
    NetworkStack.VENDOR_ROM: OptionRom.VENDOR,
}


def _paths(machine: Machine) -> Iterator[BootPath]:
    if machine.is_uefi:
        for protocol, family in product(machine.clients, Family):
            name = f"{protocol.value}-{family.value}"
            yield _path(machine, name, NetworkStack.FIRMWARE, protocol, family)
    else:
        for stack, protocol in (
            (NetworkStack.IPXE_ROM, Protocol.HTTP),
            (NetworkStack.VENDOR_ROM, Protocol.TFTP),
        ):
            yield _path(machine, stack.value, stack, protocol, Family.IPV4)


def _path(
    machine: Machine, name: str, stack: NetworkStack, protocol: Protocol, family: Family
) -> BootPath:
    return BootPath(
        id=f"{machine.id}-{name}",
        machine=machine,
        protocol=protocol,
        family=family,
        stack=stack,
        loader=None if stack is NetworkStack.IPXE_ROM else machine.loader_key(protocol),
        nic=machine.nic,
        rom=_ROMS[stack],
    )


BOOT_PATHS: dict[str, BootPath] = {
    path.id: path for machine in MACHINES.values() for path in _paths(machine)
}
"""Every boot path by its id, in the order in which people list them."""
USUAL_PATHS = tuple(path for path in BOOT_PATHS.values() if path.machine.is_usual)
"""Those that every scenario can boot by."""
