"""PCs with 32-bit UEFI. Their processor could do more: the payload's kernel is a 64-bit one."""

from typing import Final

from harness.machines.base import Client, FirmwareOrigin, Machine
from harness.machines.x86_64 import OVMF_DRIVERS, PC
from harness.model import Protocol


def _ovmf(suite: str, code: str) -> FirmwareOrigin:
    return FirmwareOrigin(
        package="ovmf-ia32",
        suite=suite,
        code=f"usr/share/OVMF/{code}",
        vars="usr/share/OVMF/OVMF32_VARS_4M.fd",
    )


IA32: Final = Machine(
    id="ia32",
    name="ia32 UEFI",
    clients={
        Protocol.TFTP: Client(arch=0x06, words="an ia32 UEFI client"),
        Protocol.HTTP: Client(arch=0x0F, words="an ia32 UEFI HTTP client"),
    },
    pe_machine=0x014C,
    firmware={
        # bookworm has only the build with Secure Boot in it; its store has no keys, so it is off.
        # Needs q35. sid has none: 32-bit OVMF was removed upstream after edk2-stable202508.
        "ovmf-ia32": (
            _ovmf("bookworm", "OVMF32_CODE_4M.secboot.fd"),
            _ovmf("trixie", "OVMF32_CODE_4M.fd"),
        ),
    },
    # GRUB unpacks the kernel within a quarter of the memory.
    memory_mib=512,
    nic_drivers=OVMF_DRIVERS,
    # No package holds iPXE for it. GRUB may stand in, which runs no script.ipxe and is slow: it
    # has scenarios of its own.
    is_usual=False,
    board=PC,
)
