"""The firmware that guests can be given, and where its files are.

Three sources: a release of Debian's (`catalogue`), a build of somebody's own (`own_firmware`), and
what QEMU's descriptors on this machine tell of (`descriptors`).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.assets import catalogue, descriptors, own_firmware
from harness.assets.cache import Cache, sha256_again
from harness.assets.catalogue import AT, Part, Release
from harness.assets.own_build import fitting, is_own
from harness.assets.package import Say, fetch_package, keep_quiet
from harness.errors import UsageError
from harness.machines import MACHINES, Machine, require_machine
from harness.machines.x86_64 import X64


@dataclass(frozen=True, kw_only=True)
class Firmware:
    """A firmware's files and what identifies them in evidence."""

    id: str
    package: str
    suite: str
    version: str
    """Of the package; a build of somebody's own has neither."""
    code_path: Path
    sha256: str
    """Of the code."""
    vars_path: Path | None = None
    """What the variable store of a guest is at first; a BIOS has none."""
    vars_sha256: str | None = None

    @property
    def title(self) -> str:
        """Its name, and the whole version of its package."""
        return f"{self.id.partition(AT)[0]} {self.version}" if self.version else self.id


def find_firmware(
    firmware_id: str, *, cache: Cache | None = None, say: Say = keep_quiet
) -> Firmware:
    """Give a firmware: the machine's own when its package is installed, else a fetched one.

    It is named by its release (`ovmf-x64@2025.02`), by a descriptor of QEMU's
    (`qemu@60-edk2-x86_64`), or by a file or directory of somebody's own build.

    Raises:
        UsageError: there is none of that name, or no such build.
        PrerequisiteError: it is not here and cannot be fetched.
    """
    cache = cache or Cache()
    if is_own(firmware_id):
        built = own_firmware.require_own(firmware_id)
        return _describe(firmware_id, own_firmware.kept(*built, cache))
    if descriptors.is_described(firmware_id):
        described = descriptors.require(firmware_id)
        return _describe(firmware_id, own_firmware.kept(described.code, described.vars, cache))
    release = catalogue.find(firmware_id, Part.FIRMWARE, cache=cache, say=say)
    return _installed(release) or _fetched(release, cache, say)


def own_bios(path: Path, *, of: str) -> Firmware:
    """Describe the BIOS that comes with a QEMU."""
    return _describe(f"BIOS of {of}", [path])


def machine_of(firmware_id: str) -> Machine:
    """Give the kind of machine that a release or a described firmware is for.

    Raises:
        UsageError: there is none of that name.
    """
    if descriptors.is_described(firmware_id):
        return descriptors.require(firmware_id).machine
    name = firmware_id.partition(AT)[0]
    found = next((each for each in MACHINES.values() if name in each.firmware), None)
    if found is None:
        catalogue.find_all(firmware_id, Part.FIRMWARE)  # which says what there is
        raise UsageError(f"no machine has the firmware {firmware_id}")
    return found


def choose_firmware(
    words: Iterable[str], *, machine: Machine = X64, cache: Cache | None = None
) -> dict[str, tuple[str, ...]]:
    """Give the firmware that is asked for, by the id of its machine: several are several runs.

    A word is a release's name, which knows its machine, or a pattern for several
    (`ovmf-x64@*`); a build's file or directory, which does not tell it (the first program of
    64-bit OVMF may be a 32-bit one) and is taken for this machine's; or either behind
    another machine's id: `ia32=FILE`.

    Raises:
        UsageError: a word names no firmware, or not that machine's.
    """
    chosen: dict[str, dict[str, None]] = {}
    for word in words:
        named, separator, rest = word.partition("=")
        is_named = bool(separator) and "/" not in named
        owner = require_machine(named) if is_named else None
        for firmware_id in _meant(rest if is_named else word, cache or Cache()):
            of = _owner(firmware_id, owner, machine)
            chosen.setdefault(of.id, {})[firmware_id] = None
    return {id: tuple(ids) for id, ids in chosen.items()}


def _meant(word: str, cache: Cache) -> tuple[str, ...]:
    """Give what a word means, by the names under which it is found."""
    if is_own(word):
        return fitting(word)
    if descriptors.is_described(word):
        return descriptors.fitting(word)
    found = catalogue.find_all(word, Part.FIRMWARE, cache=cache)
    if not catalogue.is_pattern(word):
        return (word,)
    for each in found:
        catalogue.look_up(each, cache)
    return tuple(catalogue.label(each, cache, like=found) for each in found)


def _owner(firmware_id: str, named: Machine | None, default: Machine) -> Machine:
    """Give the machine that a firmware is for; it must be the one that is named, if one is."""
    if is_own(firmware_id):
        own_firmware.require_own(firmware_id)
        owner = named or default
    else:
        owner = machine_of(firmware_id)
    if not owner.is_uefi:
        uefi = (name for each in MACHINES.values() if each.is_uefi for name in each.firmware)
        raise UsageError(
            f"{firmware_id} is not UEFI firmware, and a BIOS guest has QEMU's own BIOS",
            cure=f"one of: {', '.join(uefi)}",
        )
    if named not in (None, owner):
        known = ", ".join(named.firmware)
        raise UsageError(f"{firmware_id} is not {named.name} firmware", cure=f"one of: {known}")
    return owner


def is_here(firmware_id: str, *, cache: Cache) -> bool:
    """Whether a release is to be had without fetching anything."""
    return catalogue.find(firmware_id, Part.FIRMWARE, cache=cache).is_here(cache)


def _installed(release: Release) -> Firmware | None:
    version = release.installed
    files = [Path("/", path) for _, path in release.files.values()]
    if not version or not all(path.is_file() for path in files):
        return None
    return _describe(_id(release, version), files, release, version)


def _fetched(release: Release, cache: Cache, say: Say) -> Firmware:
    package = fetch_package(release.packages[0], release.suite, cache=cache, say=say)
    files = [package.path_of(path) for _, path in release.files.values()]
    return _describe(_id(release, package.version), files, release, package.version)


def _id(release: Release, version: str) -> str:
    return f"{release.name}{AT}{catalogue.upstream(version)}"


def _describe(
    firmware_id: str, files: Sequence[Path], release: Release | None = None, version: str = ""
) -> Firmware:
    """Put together what is known of a firmware; `files` are the code, then the variable store."""
    code_path, *rest = files
    vars_path = rest[0] if rest else None
    return Firmware(
        id=firmware_id,
        package=release.packages[0] if release else "",
        suite=release.suite if release else "",
        version=version,
        code_path=code_path,
        sha256=sha256_again(code_path),
        vars_path=vars_path,
        vars_sha256=sha256_again(vars_path) if vars_path else None,
    )
