r"""A disk that proves itself: what a machine boots when the network has given it back.

A BIOS starts its boot sector, UEFI firmware the stub payload as `\EFI\BOOT\BOOTX64.EFI` on its
one partition (FAT16, in the form of Microsoft's specification of 2000). Each reports in the
payload's line, as `LOCAL_DISK` and with the run's token, and switches the machine off.
"""

import json
import struct
from pathlib import Path

from harness.assets.cache import Cache, key_of
from harness.assets.stub import Stub, compile_flat, with_entry
from harness.data import DATA_DIR
from harness.errors import UsageError
from harness.model import LOCAL_DISK

_SOURCE = DATA_DIR / "disk" / "boot.S"
_KIND = "disk"
_SECTOR = 512
_TEXT_OFFSET = 0x60
_TABLE_OFFSET = 446
_SIGNATURE = b"\x55\xaa"
_FIRST_SECTOR = 64
_SECTORS = 65536
"""Of the partition: FAT16 it is by its number of clusters, of these sectors."""
_CLUSTER_SECTORS = 4
_CLUSTER = _CLUSTER_SECTORS * _SECTOR
_FAT_SECTORS = 64
_ROOT_ENTRIES = 512
_EFI_PARTITION = 0xEF
_DIRECTORY = 0x10
_END_OF_FILE = 0xFFFF
_EFI, _BOOT = 2, 3
"""The clusters of the two directories: the first two there are."""


def disk_image(
    token: str, stub: Stub, *, entry: str = LOCAL_DISK, cache: Cache | None = None
) -> bytes:
    """Give what a disk begins with; all behind it is empty. It reports as `entry`."""
    made = (cache or Cache()).build(_KIND, key_of(_SOURCE.read_bytes()), _compile)
    programs = {
        name: with_entry(path.read_bytes(), token=token, entry=entry, needs_initrd=False)
        for name, path in (("BOOTX64", stub.x64_path), ("BOOTIA32", stub.ia32_path))
    }
    boot_sector = _boot_sector((made / _KIND).read_bytes(), token, entry)
    return boot_sector.ljust(_FIRST_SECTOR * _SECTOR, b"\0") + _file_system(programs)


def _compile(into: Path) -> None:
    compile_flat(_SOURCE, into / _KIND)


def whole_image(token: str, stub: Stub, *, entry: str) -> bytes:
    """Give all of a disk: firmware takes no partition that ends beyond it."""
    return disk_image(token, stub, entry=entry).ljust((_FIRST_SECTOR + _SECTORS) * _SECTOR, b"\0")


def _boot_sector(code: bytes, token: str, entry: str) -> bytes:
    """Write the report behind the code, and the partition table."""
    report = {"token": token, "entry": entry, "firmware": "bios", "mac": "", "cmdline": ""}
    text = f"\r\n@@HARNESS-PAYLOAD {json.dumps(report)}@@\r\n\0".encode()
    begin = code.ljust(_TEXT_OFFSET, b"\0") + text
    if len(begin) > _TABLE_OFFSET:
        raise UsageError(f"token and name are too long for a boot sector: {token}, {entry}")
    # Cylinders and heads say nothing any more: 0xfffffe is "beyond them".
    place = struct.pack("<II", _FIRST_SECTOR, _SECTORS)
    beyond = b"\xfe\xff\xff"
    partition = b"\x80" + beyond + bytes([_EFI_PARTITION]) + beyond + place
    return begin.ljust(_TABLE_OFFSET, b"\0") + partition.ljust(64, b"\0") + _SIGNATURE


def _file_system(programs: dict[str, bytes]) -> bytes:
    """Write the partition: its parameters, two tables, the root, and the clusters."""
    parameters = b"\xeb\x3c\x90HARNESS " + struct.pack(
        "<HBHBHHBHHHIIBBBI11s8s",
        *(_SECTOR, _CLUSTER_SECTORS, 1, 2, _ROOT_ENTRIES, 0, 0xF8, _FAT_SECTORS, 63, 255),
        *(_FIRST_SECTOR, _SECTORS, 0x80, 0, 0x29, 1, b"HARNESS    ", b"FAT16   "),
    )
    chains, clusters, entries = [0xFFF8, _END_OF_FILE, _END_OF_FILE, _END_OF_FILE], b"", b""
    for name, program in programs.items():
        begin, size = len(chains), -(-len(program) // _CLUSTER)
        chains += [*range(begin + 1, begin + size), _END_OF_FILE]
        entries += _entry(name, "EFI", cluster=begin, size=len(program))
        clusters += _padded(program)
    table = struct.pack(f"<{len(chains)}H", *chains).ljust(_FAT_SECTORS * _SECTOR, b"\0")
    root = _entry("EFI", cluster=_EFI).ljust(32 * _ROOT_ENTRIES, b"\0")
    efi = _entry(".", cluster=_EFI) + _entry("..", cluster=0) + _entry("BOOT", cluster=_BOOT)
    boot = _entry(".", cluster=_BOOT) + _entry("..", cluster=_EFI) + entries
    sector = parameters.ljust(_SECTOR - 2, b"\0") + _SIGNATURE
    return sector + table * 2 + root + _padded(efi) + _padded(boot) + clusters


def _entry(name: str, extension: str = "", *, cluster: int, size: int = 0) -> bytes:
    """Write an entry of a directory; without a size it is itself one."""
    kind = 0 if size else _DIRECTORY
    head = f"{name:<8}{extension:<3}".encode() + bytes([kind])
    return head + struct.pack("<14xHI", cluster, size)


def _padded(content: bytes) -> bytes:
    return content + b"\0" * (-len(content) % _CLUSTER)
