"""What a lab is made with, besides its site."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from harness.assets.firmware import Firmware
from harness.assets.live import LiveImage
from harness.assets.payload import Payload
from harness.deadline import Pace
from harness.errors import UsageError
from harness.guest.spec import DEFAULT_MEMORY_MIB, Clock
from harness.host.accelerator import AcceleratorName
from harness.lab.live import LiveFiles
from harness.lab.payload import PayloadFiles

_UNTESTED_TIMER = (
    *("-global", "max-x86_64-cpu.hypervisor=off"),
    *("-machine", "vmport=on", "-smbios", "type=1,serial=VMware-none"),
)
"""Linux counts ticks of 40 ms at its start, and panics ("IO-APIC + timer doesn't work") when a busy
host has run the guest too rarely for them. Its word against that, `no_timer_check`, is no word of
the site's command lines; Linux leaves the test out by itself on what looks like VMware's
hypervisor (arch/x86/kernel/cpu/vmware.c), which is known by its port and its serial number.
"""


@dataclass(frozen=True, kw_only=True)
class LabOptions:
    """What a lab needs to know besides its site."""

    evidence_dir: Path
    cache_dir: Path
    payload: Payload
    live: LiveImage | None = None
    """What live systems' entries boot in the payload's place, if they are to."""
    firmware: Firmware
    """For UEFI guests; BIOS guests have QEMU's SeaBIOS."""
    accel: AcceleratorName
    clock: Clock = Clock.REAL
    warm: bool = False
    """Whether firmware may start where an earlier lab's had done its POST (see `warm`)."""
    pace: Pace
    memory_mib: int = DEFAULT_MEMORY_MIB
    """Of each guest; one that fetches its root needs room for it."""
    tell: Callable[[str], None] = lambda _what: None
    """Called with what is being waited for, for the progress line."""

    def payload_files(self) -> PayloadFiles:
        """Give what the Linux entries of a lab boot, with a token of its own."""
        if self.live is None:
            return PayloadFiles(payload=self.payload)
        return LiveFiles(payload=self.payload, image=self.live, cache_dir=self.cache_dir)

    @property
    def qemu_arguments(self) -> tuple[str, ...]:
        """What QEMU needs besides a guest's hardware: a timer that Linux does not test."""
        emulated = self.live is not None and self.accel == "tcg"
        return _UNTESTED_TIMER if emulated else ()

    @property
    def vars_template(self) -> Path:
        """The empty variable store of the UEFI firmware.

        Raises:
            UsageError: the firmware has none, for it is no UEFI firmware.
        """
        if self.firmware.vars_path is None:
            raise UsageError(f"{self.firmware.id} is no UEFI firmware", cure="choose by --firmware")
        return self.firmware.vars_path
