"""The kinds of machine that boot, each in a module, and the ways in which they do.

Owns what is true of a kind of machine whoever asks: guests are built by it, sites name their
loaders by it, what was seen on the wire is told by it. Values only: nothing here opens a file.
"""

from harness.machines.base import Board, Client, FirmwareOrigin, Machine, NicDrivers
from harness.machines.boot_path import BOOT_PATHS, USUAL_PATHS, BootPath, NetworkStack, OptionRom
from harness.machines.registry import (
    LOADER_KEYS,
    MACHINES,
    machine_of_client,
    machine_of_program,
    require_machine,
)

__all__ = [
    "BOOT_PATHS",
    "LOADER_KEYS",
    "MACHINES",
    "USUAL_PATHS",
    "Board",
    "BootPath",
    "Client",
    "FirmwareOrigin",
    "Machine",
    "NetworkStack",
    "NicDrivers",
    "OptionRom",
    "machine_of_client",
    "machine_of_program",
    "require_machine",
]
