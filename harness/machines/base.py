"""What there is to know of a kind of machine."""

from collections.abc import Mapping
from dataclasses import dataclass

from harness.model import Protocol


@dataclass(frozen=True, kw_only=True)
class Client:
    """Whom such a machine says it is when it asks what to boot."""

    arch: int
    """DHCPv4 option 93, DHCPv6 option 61: IANA's "Processor Architecture Types" (RFC 5970)."""
    words: str
    """As a message names it: `an x64 UEFI client`."""


@dataclass(frozen=True, kw_only=True)
class FirmwareOrigin:
    """Where a firmware comes from: files of a Debian package, by their installed paths."""

    package: str
    suite: str
    code: str
    vars: str | None = None
    """The variable store that a machine begins with; a BIOS has none."""
    is_past: bool = False
    """Whether its suite is no longer supported, and mirrors may drop it: no pattern means it."""


@dataclass(frozen=True, kw_only=True)
class NicDrivers:
    """Which network cards the machine's programs drive, by QEMU's names."""

    firmware: frozenset[str]
    """Those that its firmware boots by without an option ROM."""
    payload: frozenset[str]
    """Those that the payload's kernel has a driver for. On others it has no card to report."""


@dataclass(frozen=True, kw_only=True)
class Board:
    """Processor and board, as QEMU makes them."""

    arch: str
    """The processor, by libvirt's name."""
    emulator: str
    """QEMU's program."""
    chipset: str
    """The board, by QEMU's name."""
    features: tuple[str, ...]
    """What libvirt's `<features>` has to have."""
    emulated_cpu: str = ""
    """The processor where it is emulated, by QEMU's name; "": with all that QEMU can do."""
    console: str
    """The first serial port, by libvirt's name."""
    slow_emulated: tuple[str, ...]
    """What Linux prefers when the processor has it, and emulation is slow at."""
    entropy: tuple[str, ...]
    """By which instructions the processor gives random numbers."""
    steady_timer: tuple[str, ...]
    """Words for QEMU that keep Linux from testing a timer which a busy host makes unsteady."""
    pci_root: str
    """The root bus, by libvirt's name."""
    pci_root_hid: int
    """Its name in a UEFI device path: an ACPI id, compressed."""
    nic_slots: tuple[int, ...]
    """Where on the root bus its cards are plugged in, the first one first."""
    rng_slot: int
    disk_slots: tuple[int, ...]
    """Where its disks are, the first one first."""
    panic: str
    """The device by which a system that panics tells the hypervisor so, by libvirt's name; "": none
    that libvirt knows."""

    @property
    def emulator_path(self) -> str:
        """Where a lab has QEMU's program."""
        return f"/usr/bin/{self.emulator}"


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Machine:
    """A kind of machine: the same firmware, processor and board. One object stands for each."""

    id: str
    """In boot paths, in a site's `[loaders]`, on the command line."""
    name: str
    """As people call it, and the programs for it: `x64 UEFI`."""
    clients: Mapping[Protocol, Client]
    """By how it fetches its first program."""
    pe_machine: int | None
    """The Machine field of the PE programs that its firmware starts; None: it starts none."""
    firmware: Mapping[str, tuple[FirmwareOrigin, ...]]
    """What it can be given, by name; of each, the releases. The first unless somebody chooses."""
    keys_in_store: bool = False
    """Whether its variable store comes with keys, which its guests are not to have."""
    memory_mib: int
    """What the payload needs to boot on it."""
    nic_drivers: NicDrivers
    nic: str = "virtio"
    """The network card that it has unless somebody chooses, by QEMU's name."""
    is_usual: bool = True
    """Whether scenarios that are about no machine boot it as well."""
    board: Board

    def __repr__(self) -> str:
        """Give what tells it from others."""
        return f"Machine({self.id!r})"

    @property
    def is_uefi(self) -> bool:
        """Whether its firmware is UEFI."""
        return self.pe_machine is not None

    @property
    def default_firmware(self) -> str:
        """The firmware that it has unless somebody chooses."""
        return next(iter(self.firmware))

    @property
    def client_archs(self) -> frozenset[int]:
        """What it may give as its client architecture."""
        return frozenset(client.arch for client in self.clients.values())

    def client_words(self, arch: int) -> str:
        """Give the words for this machine where it gives this client architecture."""
        return next(client.words for client in self.clients.values() if client.arch == arch)

    def loader_key(self, protocol: Protocol) -> str:
        """Give the key of a site's `[loaders]` that names what it must fetch first.

        A BIOS knows one protocol, so its key does not tell it.
        """
        return f"{self.id}-{protocol.value}" if self.is_uefi else self.id
