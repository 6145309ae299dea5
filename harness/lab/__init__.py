"""A lab: one boot server with its management network and guests, in its own namespaces."""

from harness.guest.console.failure import BootTimeoutError
from harness.guest.life import Start, Stop
from harness.guest.spec import Clock, Nic
from harness.lab.guest import BootMenu, Guest
from harness.lab.lab import Lab, program
from harness.lab.options import LabOptions
from harness.model import EntryEnding

__all__ = [
    "BootMenu",
    "BootTimeoutError",
    "Clock",
    "EntryEnding",
    "Guest",
    "Lab",
    "LabOptions",
    "Nic",
    "Start",
    "Stop",
    "program",
]
