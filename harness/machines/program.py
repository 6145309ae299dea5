"""What a file is by its first bytes: a program for which machine, or which other kind of file.

Sources: Microsoft PE/COFF; Linux's boot protocols (Documentation/arch/x86/boot.rst,
arch/arm64/booting.rst); file(1) for the rest.
"""

from dataclasses import dataclass

from harness.machines.base import Machine
from harness.machines.bios import BIOS
from harness.machines.registry import machine_of_program

PACKED = {
    b"\x1f\x8b": "gzip",
    b"\xfd7zXZ\0": "xz",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"\x02\x21\x4c\x18": "lz4",
    b"\x04\x22\x4d\x18": "lz4",
    b"BZh": "bzip2",
    b"\x5d\0\0": "lzma",
    b"\x89LZO": "lzo",
}
"""With what a packed file begins, and by what it is packed."""
ARCHIVES = (b"070701", b"070702", b"070707")
"""With what an archive of cpio begins: with or without sums, or old."""
_OTHER_MACHINES = {
    0x1C0: "arm UEFI",
    0x1C2: "arm UEFI",
    0x5064: "riscv64 UEFI",
}
"""PE's Machine field of programs for machines that no boot path has."""
_FAR_JUMP = 0xEA
"""What iPXE and PXELINUX begin with for a BIOS: `ljmp`, to know their own segment."""
_BOOT_HEADER = 0x202
_ARM64 = 0x38, b"ARM\x64"
_SHOWN = 16


@dataclass(frozen=True, kw_only=True)
class Program:
    """What a file's header says that it is."""

    kind: str
    """As people call it: `BIOS loader`, `x64 UEFI loader`."""
    machine: Machine | None
    """The only kind that can run it; None when no boot path has one."""
    size: int = 0
    """How long the file must be, by its own header; 0 when that is not told."""

    @property
    def whose(self) -> str:
        """The machines that it is for: `x64 UEFI`."""
        return self.kind.removesuffix(" loader")


def program_of(head: bytes) -> Program | None:
    """Read a header; None when no firmware would know it."""
    if head[:1] == bytes([_FAR_JUMP]):
        return Program(kind="BIOS loader", machine=BIOS)
    start = _number(head, 0x3C, 4)
    if head[:2] != b"MZ" or head[start : start + 4] != b"PE\0\0":
        return None
    number = _number(head, start + 4, 2)
    machine = machine_of_program(number)
    word = machine.name if machine else _OTHER_MACHINES.get(number, f"machine 0x{number:04x} UEFI")
    return Program(kind=f"{word} loader", machine=machine, size=_promised(head, start))


def cannot_be_told(head: bytes, size: int) -> bool:
    """Whether a file may be a program whose header lies behind what is known of it.

    That of the shell of edk2-stable202608 lies behind 3 kB of nothing.
    """
    return head[:2] == b"MZ" and len(head) < _number(head, 0x3C, 4) + 4 <= size


def is_kernel(head: bytes) -> bool:
    """Whether the beginning of a file has the header of Linux's boot protocol on x86."""
    return head[_BOOT_HEADER : _BOOT_HEADER + 4] == b"HdrS"


def is_arm64_kernel(head: bytes) -> bool:
    """Whether it has that of arm64's."""
    return head[_ARM64[0] :].startswith(_ARM64[1])


FLAT_LINK = "a link that the copy has made a file of (tar -h, rsync -L and cp -L take its target)"
_LONGEST_PATH = 256


def beginning_words(head: bytes) -> str:
    """Say what a file that is no program is, or how it begins: continues "the file …: "."""
    if not head:
        return "it is empty"
    if not any(head[:64]):
        return "its header is all zeros"
    packed = next((by for mark, by in PACKED.items() if head.startswith(mark)), "")
    if packed:
        return f"it is packed by {packed}"
    if head.startswith(ARCHIVES):
        return "it is an archive of cpio, as initrds are"
    if head.startswith(b"\x7fELF"):
        return "it is an ELF file, as GRUB's modules and programs of Linux's are"
    if is_kernel(head):
        return "it is a Linux kernel"
    if target := flat_link(head):
        return f"it has nothing but '{target}': {FLAT_LINK}"
    first = head[:_SHOWN]
    if not is_text(first):
        return f"it begins with {head[:8].hex(' ')}"
    return f"it {'is a web page: it ' if is_page(head) else ''}begins with {first.decode()!r}"


def flat_link(content: bytes) -> str:
    """Give where a link led that a copy has made a file of; "" of any other file."""
    text = content.decode(errors="replace").rstrip("\n")
    is_path = text.startswith(("/", "./", "../")) and text.isprintable() and " " not in text
    return text if is_path and "//" not in text and len(content) < _LONGEST_PATH else ""


def is_page(head: bytes) -> bool:
    """Whether it is a web page, as servers send one that says what has failed."""
    return head.lstrip()[:14].lower().startswith((b"<!doctype html", b"<html"))


def is_text(data: bytes) -> bool:
    """Whether all of this can be read aloud."""
    return data.isascii() and all(chr(byte).isprintable() or byte in b"\t\r\n" for byte in data)


def _promised(head: bytes, start: int) -> int:
    """Give where a PE file's last section ends (Microsoft PE/COFF: section table)."""
    sections = _number(head, start + 6, 2)
    table = start + 24 + _number(head, start + 20, 2)
    if len(head) < table + 40 * sections:
        return 0
    rows = range(table, table + 40 * sections, 40)
    return max((_number(head, row + 16, 4) + _number(head, row + 20, 4) for row in rows), default=0)


def _number(data: bytes, place: int, size: int) -> int:
    """Read a little-endian number; 0 beyond the end."""
    return int.from_bytes(data[place : place + size], "little")
