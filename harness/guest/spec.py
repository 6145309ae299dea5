"""What a guest is made of: its hardware, its firmware, and where it is plugged in.

Owns values only. `domain_xml` writes them as libvirt's XML, `nvram` as UEFI boot options.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import Enum
from ipaddress import ip_address
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit
from uuid import UUID

from harness.errors import UsageError
from harness.host.accelerator import AcceleratorName
from harness.machines import Board, BootPath, NetworkStack, OptionRom
from harness.model import Family, Protocol, machine_uuid
from harness.site.known_machine import KnownMachine

DEFAULT_MEMORY_MIB = 256
"""With a kernel of 14 MB and an initrd of 10 MB, OVMF needs 160 and crashes with 128."""

GAVE_UP = "HARNESS: the firmware gave up the wanted boot path"
"""The name of the boot option that guards a UEFI guest's only path (see `nvram`).

OVMF announces `BdsDxe: loading Boot0001 "<this>"` when it gets there.
"""

DISK_TITLE = "disk"
"""The name of the boot option for a UEFI guest's disk."""

KEY_PROMPT_S = 3
"""How long a guest offers the key of its boot menu where its firmware must not boot at once.

HTTP Boot over IPv6 of edk2 before stable202508 begins without waiting for its own link-local
address, whose duplicate address detection takes up to 2 s, and gives up on the spot
(tianocore/edk2 pull request 11096). Machines that wait for a key, as real ones do, never show it.
"""

HAND_PROMPT_S = 60
"""How long a guest offers that key to an operator: it must not boot before the key is there."""

_FIRST_MAC = 0x525400123450
DISK_SIZE = 64 << 20
"""Bytes of a disk unless somebody says otherwise."""


class Clock(Enum):
    """What the guest's clock goes by."""

    REAL = "real"
    """The host's time."""
    FAST = "fast"
    """The guest's own instructions: waiting costs nothing. TCG only."""


@dataclass(frozen=True, kw_only=True)
class Flash:
    """UEFI firmware: the code, which guests share, and this guest's variable store."""

    code_path: Path
    nvram_path: Path


@dataclass(frozen=True, kw_only=True)
class Enrolled:
    """What a UEFI machine's owner has put into its variable store (UEFI 2.10, 32.3 and 24.7).

    Certificates are in PEM.
    """

    own_key: bytes = b""
    """Whose signature the firmware takes in place of all others: PK, KEK, db. b"": as it came."""
    revoked: tuple[bytes, ...] = ()
    """What it refuses, whoever has signed it (dbx)."""
    sbat_level: str = ""
    """Which generations of loaders shim takes (`SbatLevel`, in CSV); "": its own choice."""
    authorities: tuple[bytes, ...] = ()
    """By whose word the firmware takes a web server's certificate (`TlsCaCertificate`)."""


@dataclass(frozen=True, kw_only=True)
class Nic:
    """A network card. What is left empty the lab fills in."""

    card: str
    """By QEMU's name."""
    rom: OptionRom
    mac: str = ""
    linked: bool = True
    """Whether its cable is plugged in."""
    tap: str = ""
    """The interface at the other end, which the lab makes."""
    rom_path: Path | None = None
    """The file of its option ROM; of the default one, where another is to stand for QEMU's."""
    is_transitional: bool = False
    """Of virtio with a ROM from a file: whether it keeps the id of virtio 0.9, for which the ROM is
    not. Without a file it has that anyway."""

    @classmethod
    def of(cls, path: BootPath, *, mac: str = "", linked: bool = True) -> Self:
        """Give the card by which a machine takes this path."""
        return cls(card=path.nic, rom=path.rom, mac=mac, linked=linked)

    def fitted(self, *, guest: int, number: int) -> Self:
        """Give it with a MAC address and a tap of its own, as that card of that guest."""
        tap = f"tap{guest}-{number}" if number else f"tap{guest}"
        return replace(self, mac=self.mac or own_mac(guest, number), tap=self.tap or tap)


@dataclass(frozen=True, kw_only=True)
class Disk:
    """A raw disk. What is left empty the lab fills in.

    Raises:
        UsageError: its content is longer than the disk, or its serial number too long.
    """

    size: int = DISK_SIZE
    """In bytes, which take no room as far as they are empty."""
    content: bytes = field(default=b"", repr=False)
    """What it begins with when the machine is made."""
    serial: str = ""
    """By which a system tells it from others."""
    path: Path | None = None

    def __post_init__(self) -> None:
        """Refuse what no disk could be."""
        if len(self.content) > self.size:
            raise UsageError(f"{len(self.content)} bytes are on a disk of {self.size}")
        if len(self.serial) > _SERIAL_LENGTH:
            raise UsageError(
                f"the serial number {self.serial!r} is longer than {_SERIAL_LENGTH} characters",
                cure="take a shorter one: systems would see the beginning alone",
            )


_SERIAL_LENGTH = 20
"""Of a virtio disk (virtio 1.1, 5.2.6)."""


def own_mac(guest: int, number: int = 0) -> str:
    """Give the MAC address of a guest's card: each has its own, the same in every lab."""
    address = _FIRST_MAC + guest + (number << 8)
    return address.to_bytes(6).hex(":")


@dataclass(frozen=True, kw_only=True)
class GuestSpec:
    """A machine with its network cards, which are called `net0`, `net1`, … in this order.

    All paths are as QEMU sees them, inside the lab. Without `flash` the firmware is QEMU's own
    BIOS, SeaBIOS, which has no variables to keep.

    Raises:
        UsageError: the parts do not go together.
    """

    name: str
    path: BootPath
    nics: tuple[Nic, ...]
    boots_by: str = "net0"
    """The card by which it takes the path."""
    console_pipe: Path
    """The first serial port: two named pipes of the harness, this path with `.in` and `.out`."""
    flash: Flash | None = None
    emulator: Path | None = None
    """The QEMU that it is run by; None: this host's own."""
    accel: AcceleratorName = "tcg"
    memory_mib: int = DEFAULT_MEMORY_MIB
    clock: Clock = Clock.REAL
    then: tuple[BootPath, ...] = ()
    """What UEFI firmware tries next where the path leads nowhere; no others."""
    by_hand: bool = False
    """Whether an operator chooses the path in UEFI firmware's own menu, and nothing else does."""
    disks: tuple[Disk, ...] = ()
    """A machine that has any boots from the first, and from the network only when told to."""
    disks_last: bool = False
    """Whether it boots from its disk when the network has given it back instead."""
    known: KnownMachine | None = None
    """Which of the site's machines it is; None: one like others."""
    failures: tuple[str, ...] = ()
    """What the programs that it is given print when they have failed, somewhere in a line."""
    qemu_arguments: tuple[str, ...] = ()
    """Words for QEMU's command line for which libvirt has no element."""
    enrolled: Enrolled | None = None
    """What its owner has put into its variable store; None: nothing."""
    has_entropy: bool = True
    """Whether it has random numbers: a device that gives them, and a processor that does."""

    def __post_init__(self) -> None:
        """Refuse parts that contradict each other."""
        if self.path.is_uefi != (self.flash is not None):
            needs, has = ("UEFI", "no flash") if self.path.is_uefi else ("BIOS", "UEFI's flash")
            raise UsageError(f"guest {self.name}: path {self.path} needs {needs}, but it has {has}")
        self._verify_nics()
        if len(self.disks) > len(self.board.disk_slots):
            raise UsageError(f"guest {self.name} has no room for {len(self.disks)} disks")
        strange = [each for each in self.then if each.rom != self.path.rom or not each.is_uefi]
        if strange:
            raise UsageError(f"guest {self.name}: {strange[0]} is not tried behind {self.path}")
        if self.by_hand and not self.path.is_uefi:
            raise UsageError(f"guest {self.name}: only UEFI firmware has a menu to choose in")
        if self.by_hand and self.clock is Clock.FAST:
            raise UsageError(
                f"guest {self.name}: on the fast clock it boots before a hand could move",
                cure='mark the scenario real_clock("why")',
            )
        if self.clock is Clock.FAST and self.accel != "tcg":
            raise UsageError(
                f"guest {self.name}: the fast clock counts emulated instructions",
                cure="choose the accelerator tcg, or the real clock",
            )

    def _verify_nics(self) -> None:
        if self.boots_by not in self.nics_by_name:
            known = ", ".join(self.nics_by_name)
            raise UsageError(f"guest {self.name} has no card {self.boots_by}; it has {known}")
        if len(self.nics) > len(self.board.nic_slots):
            raise UsageError(f"guest {self.name} has no room for {len(self.nics)} cards")
        if (self.nic.card, self.nic.rom) != (self.path.nic, self.path.rom):
            raise UsageError(
                f"guest {self.name}: {self.boots_by} is {self.nic.card} with {self.nic.rom.value}, "
                f"but path {self.path} boots by {self.path.nic} with {self.path.rom.value}"
            )
        for name, nic in self.nics_by_name.items():
            has_file = nic.rom_path is not None
            if (nic.rom.is_file and not has_file) or (nic.rom is OptionRom.NONE and has_file):
                raise UsageError(
                    f"guest {self.name}: {name} has {nic.rom.value}, "
                    f"but the file of its ROM is {nic.rom_path}"
                )
        verify_macs([self])

    @property
    def boots_from_network(self) -> bool:
        """Whether it does so without being told to."""
        return not self.disks or self.disks_last

    @property
    def board(self) -> Board:
        """What its machine is built on."""
        return self.path.machine.board

    @property
    def emulator_path(self) -> Path:
        """QEMU's program."""
        return self.emulator or Path(self.board.emulator_path)

    @property
    def nics_by_name(self) -> dict[str, Nic]:
        """Its cards by their names, which are also those of libvirt and QEMU."""
        return {f"net{number}": nic for number, nic in enumerate(self.nics)}

    @property
    def nic(self) -> Nic:
        """The card by which it takes the path."""
        return self.nics_by_name[self.boots_by]

    @property
    def slot(self) -> int:
        """Where on the root bus that card is."""
        return self.board.nic_slots[self.nics.index(self.nic)]

    @property
    def mac(self) -> str:
        """The MAC address by which it takes the path."""
        return self.nic.mac

    @property
    def prompts_for_s(self) -> int:
        """How long the firmware waits for a key before it boots."""
        if self.by_hand:
            return HAND_PROMPT_S
        way = (self.path.stack, self.path.protocol, self.path.family)
        is_early = way == (NetworkStack.FIRMWARE, Protocol.HTTP, Family.IPV6)
        return KEY_PROMPT_S if is_early else 0

    def by_http(self, uri: str) -> Self:
        """Give the same guest as one whose firmware fetches a URI; "": what DHCP says.

        The family is that of the address in the URI; a name is looked up by that of its path.
        """
        try:
            is_ipv6 = ip_address(urlsplit(uri).hostname or "").version == 6
            family = Family.IPV6 if is_ipv6 else Family.IPV4
        except ValueError:
            family = self.path.family
        return replace(self, path=self.path.by_http(family))

    @property
    def has_labels(self) -> bool:
        """Whether it has a serial number or an asset tag."""
        return self.known is not None and bool(self.known.serial or self.known.asset)

    @property
    def uuid(self) -> UUID:
        """The machine's UUID."""
        return machine_uuid(self.mac) if self.known is None else self.known.uuid


def verify_macs(specs: Iterable[GuestSpec]) -> None:
    """Raise a UsageError when two cards on one network have the same MAC address."""
    owners: dict[str, str] = {}
    for spec in specs:
        for name, nic in spec.nics_by_name.items():
            owner = f"{name} of {spec.name}"
            other = owners.setdefault(nic.mac.lower().replace("-", ":"), owner)
            if other != owner:
                raise UsageError(
                    f"{owner} is given the MAC address {nic.mac}, which {other} has already",
                    cure="give another, or none: each card then has one of its own",
                )
