"""Option ROMs are taken apart by what they say of themselves."""

import struct
from pathlib import Path

import pytest

from harness.assets.option_rom import _write, find_rom, images
from harness.errors import PrerequisiteError, UsageError
from harness.machines import OptionRom

LEGACY, UEFI = 0, 3


def image(code_type: int, *, last: bool, blocks: int = 1) -> bytes:
    """Make an image as the PCI Firmware Specification has it, with its type as filling."""
    head = b"\x55\xaa".ljust(0x18, b"\0") + struct.pack("<H", 0x1C)
    structure = b"PCIR".ljust(0x10, b"\0") + struct.pack("<H", blocks) + b"\0\0"
    end = bytes((code_type, 0x80 if last else 0))
    return (head.ljust(0x1C, b"\0") + structure + end).ljust(blocks * 512, bytes((code_type,)))


BOTH = image(LEGACY, last=False, blocks=2) + image(UEFI, last=True) + bytes(512)


def test_each_image_is_told_and_the_padding_is_not() -> None:
    found = list(images(BOTH))
    assert [(each.code_type, each.is_last, len(each.data)) for each in found] == [
        (LEGACY, False, 1024),
        (UEFI, True, 512),
    ]


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (BOTH[:700], "is cut short"),
        (BOTH[:10], "it ends before"),
        (BOTH.replace(b"PCIR", b"PCIX"), "no PCI data structure"),
    ],
)
def test_what_is_damaged_is_said(data: bytes, what: str) -> None:
    with pytest.raises(ValueError, match=what):
        list(images(data))


def test_the_uefi_code_of_a_rom_for_both_stands_alone(tmp_path: Path) -> None:
    (tmp_path / "both.rom").write_bytes(BOTH)
    _write(tmp_path / "both.rom", OptionRom.UEFI, tmp_path / "uefi.rom")
    assert (tmp_path / "uefi.rom").read_bytes() == image(UEFI, last=True)


def test_code_that_others_follow_is_not_taken_out(tmp_path: Path) -> None:
    """It says that it is not the last; to change that would break its checksum."""
    (tmp_path / "both.rom").write_bytes(BOTH)
    with pytest.raises(PrerequisiteError, match="does not end with its one image for legacy-rom"):
        _write(tmp_path / "both.rom", OptionRom.LEGACY, tmp_path / "legacy.rom")


@pytest.mark.parametrize(("nic", "kind"), [("ne2k_isa", OptionRom.UEFI), ("e1000", OptionRom.NONE)])
def test_a_rom_that_there_is_none_of_is_refused(nic: str, kind: OptionRom) -> None:
    with pytest.raises(UsageError, match="there is no option ROM file"):
        find_rom(nic, kind)
