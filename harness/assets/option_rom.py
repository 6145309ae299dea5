"""Option ROMs of network cards: Debian's iPXE, as code for UEFI alone or for a BIOS alone.

Taken from trixie: since iPXE 1.21 the UEFI code is a bare driver of the card, as
a vendor's is, under which the firmware's own network stack boots. An older one
(QEMU's default ROM on Debian 12) is all of iPXE and runs in the firmware's place.

Debian's UEFI ROMs hold a legacy image before the UEFI one. Here a ROM is of one
kind, so that what boots shows which code did it.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from harness.assets import vendor_rom
from harness.assets.cache import Cache, key_of, sha256_of
from harness.assets.package import Asset, Say, fetch_package, keep_quiet
from harness.assets.vendor_rom import as_vendors
from harness.errors import PrerequisiteError, UsageError
from harness.machines import OptionRom

SUITE = "trixie"
PACKAGE = "ipxe-qemu"
NICS = ("virtio", "e1000", "e1000e", "rtl8139")
"""The cards that there are ROMs for, by QEMU's names."""

_FILES = {
    OptionRom.UEFI: "efi-{nic}.rom",
    OptionRom.LEGACY: "pxe-{nic}.rom",
    OptionRom.VENDOR: "pxe-{nic}.rom",
}
_CODE_TYPES = {OptionRom.LEGACY: 0, OptionRom.VENDOR: 0, OptionRom.UEFI: 3}
"""PCI Firmware Specification 3.3, 5.1.2.1: PC-AT, and UEFI."""
_DIR = "usr/share/qemu"
_KIND = "rom"
_BLOCK = 512
_LAST_IMAGE = 0x80


@dataclass(frozen=True, kw_only=True)
class Image:
    """One of the images in a ROM, and what its PCI data structure says of it."""

    code_type: int
    is_last: bool
    data: bytes


def find_rom(
    nic: str, kind: OptionRom, *, cache: Cache | None = None, say: Say = keep_quiet
) -> Asset:
    """Give the ROM of a card with code of one kind, fetched when it must be."""
    if nic not in NICS or kind not in _FILES:
        raise UsageError(
            f"there is no option ROM file {kind.value} for {nic}",
            cure=f"a card of {', '.join(NICS)}; kind {' or '.join(k.value for k in _FILES)}",
        )
    cache = cache or Cache()
    package = fetch_package(PACKAGE, SUITE, cache=cache, say=say)
    name = _FILES[kind].format(nic=nic)
    source = package.path_of(f"{_DIR}/{name}")
    makers = (Path(__file__).read_bytes(), Path(vendor_rom.__file__).read_bytes())
    key = key_of(sha256_of(source), kind.value, *makers)
    made = cache.build(_KIND, key, lambda into: _write(source, kind, into / name)) / name
    identity = {"package": PACKAGE, "suite": SUITE, "version": package.version}
    return Asset(path=made, sha256=sha256_of(made), **identity)


def images(data: bytes) -> Iterator[Image]:
    """Go through the images of a ROM.

    Raises:
        ValueError: an image is cut short or has no PCI data structure.
    """
    start = 0
    while data[start : start + 2] == b"\x55\xaa":
        structure = start + _number(data, start + 0x18)
        if data[structure : structure + 4] != b"PCIR":
            raise ValueError(f"the image at {start:#x} has no PCI data structure")
        size = _number(data, structure + 0x10) * _BLOCK
        if not 0 < size <= len(data) - start:
            raise ValueError(f"the image at {start:#x} is cut short")
        code_type, indicator = data[structure + 0x14], data[structure + 0x15]
        is_last = bool(indicator & _LAST_IMAGE)
        yield Image(code_type=code_type, is_last=is_last, data=data[start : start + size])
        if is_last:
            return
        start += size


def _number(data: bytes, place: int) -> int:
    if place + 2 > len(data):
        raise ValueError(f"it ends before {place:#x}")
    (number,) = struct.unpack_from("<H", data, place)
    return int(number)


def _write(source: Path, kind: OptionRom, target: Path) -> None:
    """Write the one image that is of this kind.

    It must be the last of its ROM, which says so inside: so nothing in it needs changing.
    """
    try:
        found = [i for i in images(source.read_bytes()) if i.code_type == _CODE_TYPES[kind]]
    except ValueError as error:
        raise PrerequisiteError(f"{source} is not an option ROM: {error}") from error
    if len(found) != 1 or not found[0].is_last:
        raise PrerequisiteError(
            f"{source} does not end with its one image for {kind.value}",
            cure="name another suite in harness/assets/option_rom.py",
        )
    data = found[0].data
    target.write_bytes(as_vendors(data, name=source.name) if kind is OptionRom.VENDOR else data)
