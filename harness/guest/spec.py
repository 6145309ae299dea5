"""What a guest is made of: its hardware, its firmware, and where it is plugged in.

Owns values only. `domain` writes them as libvirt's XML, `nvram` as UEFI boot
options; both take the place of the network card on the PCI bus from here,
because it is part of a boot option's device path.
"""

import uuid
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from harness.errors import UsageError
from harness.host.accelerator import AcceleratorName
from harness.machines import BootPath, NetworkStack, OptionRom
from harness.model import Family, Protocol

DEFAULT_MEMORY_MIB = 256
"""With a kernel of 14 MB and an initrd of 10 MB, OVMF needs 160 and crashes with 128."""

GAVE_UP = "HARNESS: the firmware gave up the wanted boot path"
"""The name of the boot option that guards a UEFI guest's only path (see `nvram`).

OVMF announces `BdsDxe: loading Boot0001 "<this>"` when it gets there.
"""

NIC_SLOT = 3
RNG_SLOT = 4
"""Slots on the root bus that q35 and i440fx both leave free, so one variable store fits both."""

KEY_PROMPT_S = 3
"""How long a guest offers the key of its boot menu where its firmware must not boot at once.

HTTP Boot over IPv6 of edk2 before stable202508 begins without waiting for its own link-local
address, whose duplicate address detection takes up to 2 s, and gives up on the spot
(tianocore/edk2 pull request 11096). Machines that wait for a key, as real ones do, never show it.
"""

HAND_PROMPT_S = 60
"""How long a guest offers that key to an operator: it must not boot before the key is there."""

_FROM_FILE = (OptionRom.UEFI, OptionRom.LEGACY)
_NAMES = uuid.UUID("6d0c4f5e-92a7-4a31-8f0e-b7d21c6a5e94")


class Machine(Enum):
    """The chipset, by QEMU's name."""

    Q35 = "q35"
    I440FX = "pc"


class Clock(Enum):
    """What the guest's clock goes by."""

    REAL = "real"
    """The host's time."""
    FAST = "fast"
    """The guest's own instructions: waiting costs nothing. TCG only."""


def memory_mib_for(path: BootPath) -> int:
    """Give how much memory a machine needs that takes this path."""
    return path.machine.memory_mib


@dataclass(frozen=True, kw_only=True)
class Flash:
    """UEFI firmware: the code, which guests share, and this guest's variable store."""

    code_path: Path
    nvram_path: Path


@dataclass(frozen=True, kw_only=True)
class GuestSpec:
    """A machine with one network card.

    All paths are as QEMU sees them, inside the lab. `tap` is an interface that
    the lab has made. Without `flash` the firmware is QEMU's own BIOS, SeaBIOS,
    which has no variables to keep.

    Raises:
        UsageError: the parts do not go together.
    """

    name: str
    path: BootPath
    mac: str
    tap: str
    console_pipe: Path
    """The first serial port: two named pipes of the harness, this path with `.in` and `.out`."""
    flash: Flash | None = None
    accel: AcceleratorName = "tcg"
    machine: Machine = Machine.Q35
    memory_mib: int = DEFAULT_MEMORY_MIB
    clock: Clock = Clock.REAL
    console_log: Path | None = None
    """Where QEMU itself writes down what it sends to the serial port, if anywhere."""
    by_hand: bool = False
    """Whether an operator chooses the path in UEFI firmware's own menu, and nothing else does."""
    key_prompt_s: int | None = None
    """How long UEFI firmware waits for its menu key; None: as long as the path needs."""
    rom_path: Path | None = None
    """The file of the option ROM, where the path wants one of a kind."""
    emulator: Path = Path("/usr/bin/qemu-system-x86_64")
    qemu_arguments: tuple[str, ...] = ()
    """Words for QEMU's command line for which libvirt has no element."""

    def __post_init__(self) -> None:
        """Refuse parts that contradict each other."""
        if self.path.is_uefi != (self.flash is not None):
            needs, has = ("UEFI", "no flash") if self.path.is_uefi else ("BIOS", "UEFI's flash")
            raise UsageError(f"guest {self.name}: path {self.path} needs {needs}, but it has {has}")
        if (self.path.rom in _FROM_FILE) != (self.rom_path is not None):
            raise UsageError(
                f"guest {self.name}: path {self.path} has {self.path.rom.value}, "
                f"but the file of its ROM is {self.rom_path}"
            )
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

    @property
    def prompts_for_s(self) -> int:
        """How long the firmware waits for a key before it boots."""
        if self.key_prompt_s is not None:
            return self.key_prompt_s
        if self.by_hand:
            return HAND_PROMPT_S
        stack_is_early = (
            self.path.stack is NetworkStack.FIRMWARE
            and self.path.protocol is Protocol.HTTP
            and self.path.family is Family.IPV6
        )
        return KEY_PROMPT_S if stack_is_early else 0

    @property
    def uuid(self) -> uuid.UUID:
        """The machine's UUID: the same for the same name, in every lab."""
        return uuid.uuid5(_NAMES, self.name)
