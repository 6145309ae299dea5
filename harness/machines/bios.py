"""PCs with a BIOS, which boots from the network by its card's option ROM."""

from typing import Final

from harness.machines.base import Client, FirmwareOrigin, Machine, NicDrivers
from harness.machines.x86_64 import PC
from harness.model import Protocol

_CLIENT = Client(arch=0x00, words="a BIOS client")

BIOS: Final = Machine(
    id="bios",
    name="BIOS",
    # A ROM that is iPXE fetches over HTTP as well, and says the same.
    clients={Protocol.TFTP: _CLIENT, Protocol.HTTP: _CLIENT},
    pe_machine=None,
    firmware={
        # The file that QEMU itself takes when it is told nothing.
        "seabios": (
            FirmwareOrigin(
                package="seabios", suite="bookworm", code="usr/share/seabios/bios-256k.bin"
            ),
        )
    },
    memory_mib=256,
    nic_drivers=NicDrivers(firmware=frozenset(), payload=frozenset({"virtio"})),
    board=PC,
)
