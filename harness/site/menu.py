"""The boot menu, as `site.toml` tells it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from harness.machines.base import Machine
from harness.machines.ia32 import IA32

FIRMWARE = ("uefi", "bios")
"""The kinds of firmware, each with a menu of its own."""


class EntryKind(Enum):
    """What an entry of the menu boots."""

    PAYLOAD = "payload"
    """A Linux kernel with an initrd: here, the payload that proves itself."""
    SHELL = "shell"
    """An EFI program with a prompt of its own."""
    CONFIG = "config"
    """A screen of the loader itself (iPXE's settings), which comes back to the menu."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """An item of the boot menu."""

    id: str
    """Its name in the script: `item <id> <text>`."""
    text: str
    """What the menu shows."""
    boots: EntryKind
    kernel: str | None = None
    """The file that is started, below the data root: `showmax/vmlinuz`."""
    kernel_ia32: str | None = None
    """What 32-bit UEFI is given in its place; None: the same."""
    initrd: str | None = None
    cmdline: tuple[str, ...] = ()
    """Words that the booted system must find in /proc/cmdline, whichever the machine."""
    cmdline_per_machine: tuple[str, ...] = ()
    """Words with `{mac}` in them: the MAC address in hex with hyphens."""
    image: str | None = None
    """The operator's own live image: a directory of this host, laid out as the entry's."""
    firmware: tuple[str, ...] = FIRMWARE
    """The menus that have it."""

    def expected_words(self, mac: str) -> tuple[str, ...]:
        """Give all words that the machine with this MAC address must find in /proc/cmdline."""
        hyphened = mac.lower().replace(":", "-")
        words = (word.replace("{mac}", hyphened) for word in self.cmdline_per_machine)
        return (*self.cmdline, *words)

    @property
    def files(self) -> tuple[str, ...]:
        """The files that machines fetch for it, below the data root."""
        named = (self.kernel, self.kernel_ia32, self.initrd)
        return tuple(path for path in named if path is not None)

    def kernel_for(self, machine: Machine) -> str | None:
        """Give the file that such a machine starts."""
        return self.kernel_ia32 or self.kernel if machine is IA32 else self.kernel


@dataclass(frozen=True, kw_only=True)
class Menu:
    """The boot menu, as `site.toml` tells it in both its forms; without entries nobody has told."""

    default: str = ""
    timeout_s: int = 0
    title_uefi: str = ""
    title_bios: str = ""
    entries: Mapping[str, Entry] = field(default_factory=dict)
    """By id, in the order in which the menu shows them."""
    failure_text: str = ""
    """What the script says when an entry could not be booted; "" when nobody has told."""
    failure_pause_s: int = 0
    """How long that stays before the menu comes back."""

    def shown(self, firmware: str) -> tuple[Entry, ...]:
        """Give the entries of one menu, `uefi` or `bios`, in its order."""
        return tuple(entry for entry in self.entries.values() if firmware in entry.firmware)

    def systems(self, firmware: str) -> tuple[str, ...]:
        """Give the entries of one menu that boot a system, by id, in its order."""
        return tuple(e.id for e in self.shown(firmware) if e.boots is EntryKind.PAYLOAD)

    def title(self, firmware: str) -> str:
        """Give the title of one menu, `uefi` or `bios`."""
        return self.title_uefi if firmware == "uefi" else self.title_bios
