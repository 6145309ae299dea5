"""PCs with 64-bit UEFI, and the board that all of QEMU's PCs share."""

from typing import Final

from harness.machines.base import Board, Client, FirmwareOrigin, Machine, NicDrivers
from harness.model import Protocol

PC: Final = Board(
    arch="x86_64",
    emulator="qemu-system-x86_64",
    chipset="q35",
    features=("acpi", "apic"),
    console="isa-serial",
    # String instructions (`erms`, `fsrm`) run byte by byte; with a fifth level of page tables
    # (`la57`) each walk is longer, which takes a tenth of all that Linux does.
    slow_emulated=("erms", "fsrm", "la57"),
    entropy=("rdrand", "rdseed"),
    # Linux counts ticks of 40 ms at its start, and panics ("IO-APIC + timer doesn't work") when a
    # busy host has run the guest too rarely for them. Its word against that, `no_timer_check`, is
    # not a word of the site's command lines; Linux leaves the test out by itself on what looks like
    # VMware's hypervisor (arch/x86/kernel/cpu/vmware.c): known by its port and its serial number.
    steady_timer=(
        *("-global", "max-x86_64-cpu.hypervisor=off"),
        *("-machine", "vmport=on", "-smbios", "type=1,serial=VMware-none"),
    ),
    pci_root="pcie-root",
    pci_root_hid=0x0A0341D0,  # PNP0A03
    # 0 to 2 and the last are the board's own.
    nic_slots=(3, 5, 6, 7, 8, 9, 10, 11),
    rng_slot=4,
    disk_slots=(12, 13),
    panic="isa",
)

OVMF_DRIVERS = NicDrivers(firmware=frozenset({"virtio"}), payload=frozenset({"virtio"}))


_OVMF_PACKAGES = {
    "bookworm": "ovmf",
    "trixie": "ovmf",
    # In sid `ovmf` is empty and pulls in builds for each kind of machine.
    "sid": "ovmf-generic",
}
_PAST = FirmwareOrigin(
    package="ovmf",
    suite="bullseye",
    code="usr/share/OVMF/OVMF_CODE_4M.fd",
    vars="usr/share/OVMF/OVMF_VARS_4M.fd",
    is_past=True,
)


def _ovmf(code: str, store: str) -> tuple[FirmwareOrigin, ...]:
    """Give the 4 MB OVMF of each suite with this code and this variable store."""
    return tuple(
        FirmwareOrigin(
            package=package,
            suite=suite,
            code=f"usr/share/OVMF/OVMF_CODE_4M{code}.fd",
            vars=f"usr/share/OVMF/OVMF_VARS_4M{store}.fd",
        )
        for suite, package in _OVMF_PACKAGES.items()
    )


X64: Final = Machine(
    id="x64",
    name="x64 UEFI",
    clients={
        Protocol.TFTP: Client(arch=0x07, words="an x64 UEFI client"),
        Protocol.HTTP: Client(arch=0x10, words="an x64 UEFI HTTP client"),
    },
    pe_machine=0x8664,
    firmware={
        # Without Secure Boot. libvirt's own choice (`<os firmware='efi'>`) would be the other.
        "ovmf-x64": (*_ovmf("", ""), _PAST),
        # With it on, and Microsoft's keys in the store; it does without SMM under emulation.
        "ovmf-secboot-x64": _ovmf(".secboot", ".ms"),
    },
    # With a kernel of 14 MB and an initrd of 10 MB, OVMF needs 160 and crashes with 128.
    memory_mib=256,
    nic_drivers=OVMF_DRIVERS,
    board=PC,
)
