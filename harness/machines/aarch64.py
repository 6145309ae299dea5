"""Machines with 64-bit ARM processors and UEFI, as QEMU's board `virt` makes them."""

from typing import Final

from harness.machines.base import Board, Client, FirmwareOrigin, Machine, NicDrivers
from harness.model import Protocol

VIRT: Final = Board(
    arch="aarch64",
    emulator="qemu-system-aarch64",
    chipset="virt",
    features=("acpi",),
    # All that `max` can do more, QEMU does slowly: pointers with signatures (`pauth`) above all.
    emulated_cpu="cortex-a57",
    console="system-serial",
    slow_emulated=(),
    entropy=(),
    steady_timer=(),
    pci_root="pcie-root",
    pci_root_hid=0x0A0341D0,  # PNP0A03
    # 0 to 2 and the last are the board's own.
    nic_slots=(3, 5, 6, 7, 8, 9, 10, 11),
    rng_slot=4,
    disk_slots=(12, 13),
    panic="",
)


def _aavmf(suite: str) -> FirmwareOrigin:
    return FirmwareOrigin(
        package="qemu-efi-aarch64",
        suite=suite,
        code="usr/share/AAVMF/AAVMF_CODE.fd",
        # The plain one is an empty flash: in this there is a place for variables, and keys.
        vars="usr/share/AAVMF/AAVMF_VARS.ms.fd",
    )


ARM64: Final = Machine(
    id="arm64",
    name="arm64 UEFI",
    clients={
        Protocol.TFTP: Client(arch=0x0B, words="an arm64 UEFI client"),
        Protocol.HTTP: Client(arch=0x13, words="an arm64 UEFI HTTP client"),
    },
    pe_machine=0xAA64,
    firmware={"aavmf-arm64": (_aavmf("bookworm"), _aavmf("trixie"))},
    keys_in_store=True,
    memory_mib=256,
    nic_drivers=NicDrivers(firmware=frozenset({"virtio"}), payload=frozenset({"virtio"})),
    # A PC emulates it, and nothing else: it has scenarios of its own.
    is_usual=False,
    board=VIRT,
)
