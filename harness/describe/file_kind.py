"""What a file is by its first bytes: a kernel that a loader starts, or an initrd."""

from pathlib import Path

from harness.loaders import LOADERS
from harness.machines.program import ARCHIVES, PACKED, is_arm64_kernel, is_kernel
from harness.site import LaidKind

HEAD_SIZE = 64 * 1024
"""As much of a file as its kind can be read from."""
_LARGEST_LOADER = 8 << 20
"""Bytes; what is larger is no loader that has a kernel's header besides."""
_PE_I386 = 0x14C


def kernel_kind(path: Path) -> LaidKind | None:
    """Give which kind of kernel a file is; None when it is none.

    Linux's boot protocol says so by `HdrS` (Documentation/arch/x86/boot.rst), arm64's by its own
    mark, an EFI stub's unified image by its section `.linux`. Loaders have the first, too.
    """
    head = _head(path)
    if is_arm64_kernel(head) or _is_unified(head):
        return LaidKind.KERNEL
    if not is_kernel(head) or _is_loader(path, head):
        return None
    return LaidKind.KERNEL_IA32 if _pe_machine(head) == _PE_I386 else LaidKind.KERNEL


def is_initrd(path: Path) -> bool:
    """Whether a file begins as an initramfs does that Linux unpacks (linux/lib/decompress.c)."""
    return _head(path).startswith((*ARCHIVES, *PACKED))


def _pe_machine(head: bytes) -> int:
    """Give the machine of an EFI program (Microsoft PE/COFF); 0 when it is none."""
    start = int.from_bytes(head[0x3C:0x40], "little") if head.startswith(b"MZ") else 0
    return int.from_bytes(head[start + 4 : start + 6], "little") if start else 0


def _is_unified(head: bytes) -> bool:
    return head.startswith(b"MZ") and b".linux\0\0" in head[:4096]


def _is_loader(path: Path, head: bytes) -> bool:
    """Whether it is a loader of our own field, made to be started as a kernel."""
    version = int.from_bytes(head[0x20E:0x210], "little") + 0x200
    if head[version : version + 4] == b"iPXE":
        return True
    if path.stat().st_size > _LARGEST_LOADER:
        return False
    return any(loader.recognise(path.read_bytes()) is not None for loader in LOADERS)


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(HEAD_SIZE)
    except OSError:  # what we may not read, the daemon will complain of
        return b""
