"""What a lab is made with, besides its site."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from harness.assets.firmware import Firmware
from harness.assets.payload import Payload
from harness.deadline import Pace
from harness.guest.spec import Clock
from harness.host.accelerator import AcceleratorName


@dataclass(frozen=True, kw_only=True)
class LabOptions:
    """What a lab needs to know besides its site."""

    evidence_dir: Path
    cache_dir: Path
    payload: Payload
    firmware: Firmware
    """For UEFI guests; BIOS guests have QEMU's SeaBIOS."""
    accel: AcceleratorName
    clock: Clock = Clock.REAL
    warm: bool = False
    """Whether firmware may start where an earlier lab's had done its POST (see `warm`)."""
    pace: Pace
    tell: Callable[[str], None] = lambda _what: None
    """Called with what is being waited for, for the progress line."""
