"""A lab: one boot server with its management network and guests, in its own namespaces.

Guests are imported when somebody names them: without that a lab imports them
beside its start (see `lab`).
"""

from typing import TYPE_CHECKING

from harness.guest.console.failure import BootTimeoutError
from harness.guest.life import Start, Stop
from harness.guest.power import BootDevice
from harness.guest.spec import Clock, Disk, Nic, own_mac
from harness.lab.lab import Lab
from harness.lab.options import LabOptions
from harness.lab.supplied import program
from harness.model import EntryEnding

if TYPE_CHECKING:
    from harness.lab.guest import Guest

__all__ = [
    "BootDevice",
    "BootTimeoutError",
    "Clock",
    "Disk",
    "EntryEnding",
    "Guest",
    "Lab",
    "LabOptions",
    "Nic",
    "Start",
    "Stop",
    "own_mac",
    "program",
]


def __getattr__(name: str) -> object:
    if name != "Guest":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from harness.lab.guest import Guest

    return Guest
