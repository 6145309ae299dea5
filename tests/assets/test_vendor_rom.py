"""A ROM of iPXE's is so changed that nothing in what it asks DHCP tells that it is iPXE."""

import lzma
import re

import pytest

from harness.assets.vendor_rom import _CODER, _packed, _with_numbers, as_vendors
from harness.errors import PrerequisiteError

FEATURES = b"\xb8\x43\x0c\x03\0\x2d\x14\x0c\x03\0\x50\xb9\x14\x0c\x03\0\xba\xaf\0\0\0"
BUS_ID = b"\x6a\x05\x89\xd9\xba\xb1\xaf\0\0"
WAIT = b"\xb9\x02\0\0\0\xba\0\x0c\0\0\xb8"
FILLING = b"".join(number.to_bytes(2, "big") for number in range(3000))
CODE = b"".join((FILLING, FEATURES, FILLING[:99], BUS_ID, FILLING[99:999], WAIT))


def rom(code: bytes) -> bytes:
    """Pack code as a ROM does: behind what unpacks it, with its length and its checksum."""
    coder = {**_CODER, "preset": 0, "dict_size": 1 << 16}
    packed = lzma.compress(code, format=lzma.FORMAT_RAW, filters=[coder])
    return b"\x55\xaa\x20".ljust(0x800, b"\1") + _with_numbers(packed) + b"\xff" * 200


def unpacked(data: bytes) -> bytes:
    """Give the code of a ROM."""
    return next(code for _, code in _packed(data))


def test_it_tells_neither_its_features_nor_its_place() -> None:
    changed = as_vendors(rom(CODE), name="pxe.rom")
    code = unpacked(changed)
    assert FEATURES.replace(b"\x2d\x14", b"\x2d\x43") in code
    assert BUS_ID.replace(b"\x6a\x05", b"\x6a\0") in code
    assert len(code) == len(CODE)


def test_it_waits_an_hour_for_who_interrupts_it() -> None:
    """A thousand and twenty-four ticks are a second."""
    code = unpacked(as_vendors(rom(CODE), name="pxe.rom"))
    found = re.search(rb"(?s)\xb9\x02\0\0\0\xba(.{4})\xb8", code)
    assert found is not None
    assert int.from_bytes(found[1], "little") == 3600 * 1024


def test_what_is_changed_already_is_let_be() -> None:
    """Bundles of before have ROMs that are silent, and wait for two seconds."""
    done = unpacked(as_vendors(rom(CODE), name="pxe.rom"))
    waiting = re.search(rb"(?s)\xb9\x02\0\0\0\xba.{4}\xb8", done)
    assert waiting is not None
    assert unpacked(as_vendors(rom(done.replace(waiting[0], WAIT)), name="pxe.rom")) == done


def test_one_that_plays_a_vendors_already_stays_as_it_is() -> None:
    """A bundle has it so, and it is asked for again from there."""
    changed = as_vendors(rom(CODE), name="pxe.rom")
    assert as_vendors(changed, name="pxe.rom") == changed


def test_a_rom_keeps_its_size_and_its_bytes_sum_to_zero() -> None:
    changed = as_vendors(rom(CODE), name="pxe.rom")
    assert len(changed) == len(rom(CODE))
    assert sum(changed) % 256 == 0


@pytest.mark.parametrize("lacks", [FEATURES, BUS_ID, WAIT])
def test_one_that_is_built_otherwise_is_refused(lacks: bytes) -> None:
    with pytest.raises(PrerequisiteError, match=re.escape("pxe.rom is not built as")):
        as_vendors(rom(CODE.replace(lacks, b"")), name="pxe.rom")
