"""Option ROMs of network cards: Debian's iPXE, as code for UEFI alone or for a BIOS alone.

Taken from trixie unless another release is named (`ipxe@2.0`), or a directory of one's own:
since iPXE 1.21 the UEFI code is a bare driver of the card, as a vendor's is, under which the
firmware's own network stack boots. An older one (QEMU's default ROM on Debian 12) is all of
iPXE and runs in the firmware's place.

Debian's UEFI ROMs hold a legacy image before the UEFI one. Here a ROM is of one
kind, so that what boots shows which code did it.
"""

import shutil
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from harness.assets import catalogue, vendor_rom
from harness.assets.cache import Cache, key_of, sha256_of
from harness.assets.catalogue import Part
from harness.assets.own_build import is_own, newest
from harness.assets.package import Asset, Say, fetch_package, keep_quiet
from harness.assets.vendor_rom import as_vendors
from harness.errors import PrerequisiteError, UsageError
from harness.machines import OptionRom

USUAL = "ipxe"
"""The release that stands for all where none is named."""
_IDS = {"virtio": "1af41041", "e1000": "8086100e", "e1000e": "808610d3", "rtl8139": "10ec8139"}
"""The cards that there are ROMs for, by QEMU's names → how iPXE's own build calls each file."""
NICS = tuple(_IDS)

_FILES = {
    # Both codes, as QEMU gives a card that is told nothing.
    OptionRom.DEFAULT: "efi-{nic}.rom",
    OptionRom.UEFI: "efi-{nic}.rom",
    OptionRom.LEGACY: "pxe-{nic}.rom",
    OptionRom.VENDOR: "pxe-{nic}.rom",
}
_BUILT = {"efi": "{id}.efirom", "pxe": "{id}.rom"}
"""How iPXE's own build calls what Debian calls so."""
_CODE_TYPES = {OptionRom.LEGACY: 0, OptionRom.VENDOR: 0, OptionRom.UEFI: 3}
"""PCI Firmware Specification 3.3, 5.1.2.1: PC-AT, and UEFI."""
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
    nic: str,
    kind: OptionRom,
    *,
    of: str = USUAL,
    cache: Cache | None = None,
    say: Say = keep_quiet,
) -> Asset:
    """Give the ROM of a card with code of one kind, of a release or of a directory of one's own.

    Raises:
        UsageError: there is none for such a card, of this kind, or in that directory.
        PrerequisiteError: it cannot be had, or is not built so that it can be taken apart.
    """
    if nic not in NICS or kind not in _FILES:
        raise UsageError(
            f"there is no option ROM file {kind.value} for {nic}",
            cure=f"a card of {', '.join(NICS)}; kind {' or '.join(k.value for k in _FILES)}",
        )
    cache = cache or Cache()
    name = _FILES[kind].format(nic=nic)
    source, identity = _own(of, nic, name) if is_own(of) else _of_release(of, name, cache, say)
    makers = (Path(__file__).read_bytes(), Path(vendor_rom.__file__).read_bytes())
    key = key_of(sha256_of(source), kind.value, *makers)
    made = cache.build(_KIND, key, lambda into: _write(source, kind, into / name)) / name
    return Asset(path=made, sha256=sha256_of(made), **identity)


def _of_release(word: str, name: str, cache: Cache, say: Say) -> tuple[Path, dict[str, str]]:
    release = catalogue.find(word, Part.ROM, cache=cache, say=say)
    package_name, place = release.files[name]
    package = fetch_package(package_name, release.suite, cache=cache, say=say)
    identity = {"package": package_name, "suite": release.suite, "version": package.version}
    return package.path_of(place), identity


def _own(tree: str, nic: str, name: str) -> tuple[Path, dict[str, str]]:
    built = _BUILT[name.partition("-")[0]].format(id=_IDS[nic])
    found = newest(Path(tree), (name, built))
    if found is None:
        raise UsageError(
            f"there is no option ROM for {nic} in {tree}",
            cure=f"put {name} there, or build iPXE's {built}",
        )
    return found, {}


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
    """Write the one image that is of this kind; of QEMU's default, all as it is.

    It must be the last of its ROM, which says so inside: so nothing in it needs changing.
    """
    if kind is OptionRom.DEFAULT:
        shutil.copyfile(source, target)
        return
    try:
        found = [i for i in images(source.read_bytes()) if i.code_type == _CODE_TYPES[kind]]
    except ValueError as error:
        raise PrerequisiteError(f"{source} is not an option ROM: {error}") from error
    if len(found) != 1 or not found[0].is_last:
        raise PrerequisiteError(
            f"{source} does not end with its one image for {kind.value}",
            cure="choose another release with --rom",
        )
    data = found[0].data
    target.write_bytes(as_vendors(data, name=source.name) if kind is OptionRom.VENDOR else data)
