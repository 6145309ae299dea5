"""What a bundle's machine was made of, asked for again: by name where that is the same here."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from harness.assets.cache import Cache
from harness.assets.catalogue import chosen_qemu
from harness.assets.firmware import find_firmware
from harness.assets.loader import find_loader
from harness.assets.option_rom import USUAL, find_rom
from harness.errors import HarnessError
from harness.evidence.directory import Version
from harness.machines import OptionRom
from harness.machines.boot_path import BootPath
from harness.rerun.bundle import QEMU, Bundle
from harness.rerun.site import inside
from harness.site import Site
from harness.site.files import is_operators

_FIRMWARE = "firmware "
_STORE = "variable store of "
_ROM = re.compile(r"option ROM (?P<file>(?:efi|pxe)-(?P<card>\w+)\.rom) \((?P<kind>[\w-]+)\)")


@dataclass
class Made:
    """What is to be handed to the run, and what a person is to know of it."""

    words: list[str] = field(default_factory=list)
    """Options of pytest's."""
    said: list[str] = field(default_factory=list)


def made_of(bundle: Bundle, site: Site, into: Path, *, is_own: bool) -> Made:
    """Find firmware, loaders and option ROMs; what is not the same here is taken from the bundle.

    `site` is the bundle's site as it was made again: a program is laid there that only the
    bundle has. `is_own`: it is the operator's own directory, in which nothing is laid. Other
    files go `into` a directory.
    """
    made = Made()
    _firmware(bundle, made, into)
    _loaders(bundle, site, made, is_own=is_own)
    _roms(bundle, made, into)
    _qemu(bundle, made)
    return made


def _firmware(bundle: Bundle, made: Made, into: Path) -> None:
    path: BootPath = bundle.file.boot.path
    if not path.is_uefi:
        return
    for name, program in bundle.programs.items():
        id = name.removeprefix(_FIRMWARE)
        if id == name:
            continue
        store = bundle.programs.get(f"{_STORE}{id}")
        if _is_same_firmware(id, program, store):
            made.words += ("--firmware", f"{path.machine.id}={id}" if "/" in id else id)
            continue
        code = bundle.find(program.sha256, program.path)
        kept = None if store is None else bundle.find(store.sha256, store.path)
        if code is None or kept is None:
            made.said.append(f"{name} is not here, nor in the bundle: the usual one is taken")
            continue
        for source, target in ((code, "OWN_CODE.fd"), (kept, "OWN_VARS.fd")):
            (into / target).write_bytes(source.read_bytes())
        made.words += ("--firmware", f"{path.machine.id}={into / 'OWN_CODE.fd'}")
        made.said.append(f"{name} is taken from the bundle")


def _loaders(bundle: Bundle, site: Site, made: Made, *, is_own: bool) -> None:
    """Ask for the releases that were chosen; lay in the site what is not to be had here."""
    words: dict[str, None] = {}
    for place, asset in _supplied(bundle):
        named = (p for name, p in bundle.programs.items() if name.split()[:2] == ["loader", place])
        if (recorded := next(named, None)) is None:
            continue
        if _is_same_loader(asset, recorded):
            if site.supply.get(place) != asset and not is_operators(asset):
                words[asset.partition("/")[0]] = None
            continue
        if is_own:
            made.said.append(f"{asset} is not the same here: yours is taken")
            continue
        if (found := bundle.find(recorded.sha256, recorded.path)) is None:
            made.said.append(f"{asset} is not the same here, and not in the bundle")
            continue
        laid = inside(site.dir, place)
        laid.parent.mkdir(parents=True, exist_ok=True)
        laid.write_bytes(found.read_bytes())
        made.said.append(f"{asset} is taken from the bundle")
    for word in words:
        made.words += ("--loader", word)


def _roms(bundle: Bundle, made: Made, into: Path) -> None:
    """Ask for the release where it has the same ROMs here; else lay those of the bundle."""
    word = bundle.file.options.get("rom", "")
    every = ((_ROM.fullmatch(name), rom) for name, rom in bundle.programs.items())
    roms = [(named, rom) for named, rom in every if named is not None]
    if not all(_is_same_rom(named, rom, of=word or USUAL) for named, rom in roms):
        word = _laid_roms(bundle, roms, made, into / "rom") or word
    if word:
        made.words += ("--rom", word)


def _qemu(bundle: Bundle, made: Made) -> None:
    """Ask for the QEMU that was chosen; what a bundle has of it would not run elsewhere."""
    word = bundle.file.options.get("qemu", "")
    recorded = bundle.programs.get(f"{QEMU}{word}")
    if not word or recorded is None:
        return
    try:
        found = chosen_qemu(word, cache=Cache())
    except HarnessError as error:
        made.said.append(f"QEMU {word} is not to be had here, and this machine's is taken: {error}")
        return
    if found.sha256 != recorded.sha256:
        made.said.append(f"QEMU {word} is not the same here")
    made.words += ("--qemu", word)


def _laid_roms(
    bundle: Bundle, roms: Iterable[tuple[re.Match[str], Version]], made: Made, into: Path
) -> str:
    """Lay the bundle's ROMs in a directory, and give it; "" where the bundle lacks one."""
    found = {named["file"]: bundle.find(rom.sha256, rom.path) for named, rom in roms}
    lacking = [file for file, path in found.items() if path is None]
    made.said += (f"option ROM {file} is not the same here, nor in the bundle" for file in lacking)
    if lacking:
        return ""
    into.mkdir()
    for file, path in found.items():
        if path is not None:
            (into / file).write_bytes(path.read_bytes())
            made.said.append(f"option ROM {file} is taken from the bundle")
    return str(into)


def _supplied(bundle: Bundle) -> Iterator[tuple[str, str]]:
    own = bundle.file.site.own
    yield from ((p, asset) for p, asset in bundle.site.supply.items() if p not in own)


def _is_same_firmware(id: str, code: Version, store: Version | None) -> bool:
    """Whether it is had here with this hash, its variable store too; what is not, is not."""
    try:
        found = find_firmware(id)
    except HarnessError:
        return False
    return found.sha256 == code.sha256 and (store is None or found.vars_sha256 == store.sha256)


def _is_same_rom(named: re.Match[str], recorded: Version, *, of: str) -> bool:
    try:
        found = find_rom(named["card"], OptionRom(named["kind"]), of=of)
    except HarnessError:
        return False
    return found.sha256 == recorded.sha256


def _is_same_loader(asset: str, recorded: Version) -> bool:
    try:
        return find_loader(asset).sha256 == recorded.sha256
    except HarnessError:
        return False
