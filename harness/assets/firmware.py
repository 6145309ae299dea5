"""The firmware that guests can be given, and where its files are."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.assets import own_firmware
from harness.assets.apt import host_suite
from harness.assets.cache import Cache, sha256_again
from harness.assets.package import (
    Say,
    fetch_package,
    find_package,
    installed_version,
    keep_quiet,
)
from harness.errors import UsageError
from harness.machines import MACHINES, FirmwareOrigin, Machine, require_machine
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
    """The template of the variable store; a BIOS has none."""
    vars_sha256: str | None = None


CATALOGUE: dict[str, FirmwareOrigin] = {
    id: origin for machine in MACHINES.values() for id, origin in machine.firmware.items()
}
"""Every firmware by its id: add one to its machine. It is fetched when first asked for."""


def find_firmware(
    firmware_id: str, *, cache: Cache | None = None, say: Say = keep_quiet
) -> Firmware:
    """Give a firmware: the machine's own when its package is installed, else a fetched one.

    A name with a slash, or that ends in `.fd`, is a file's, of somebody's own build.

    Raises:
        UsageError: no such id, or no such build.
        PrerequisiteError: it is not here and cannot be fetched.
    """
    if own_firmware.is_own(firmware_id):
        built = own_firmware.require_own(firmware_id)
        return _describe(firmware_id, None, "", own_firmware.kept(*built, cache or Cache()))
    origin = _origin(firmware_id)
    return _installed(firmware_id, origin) or _fetched(firmware_id, origin, cache or Cache(), say)


def machine_of(firmware_id: str) -> Machine:
    """Give the kind of machine that a firmware of the catalogue is for."""
    _origin(firmware_id)
    return next(each for each in MACHINES.values() if firmware_id in each.firmware)


def choose_firmware(words: Iterable[str], *, machine: Machine = X64) -> dict[str, str]:
    """Give the firmware that is asked for, by the id of its machine.

    A word is an id, which knows its machine; a build's file, which does not tell it (the first
    program of 64-bit OVMF may be a 32-bit one) and is taken for this machine's; or either
    behind another machine's id: `ia32=FILE`.

    Raises:
        UsageError: a word names no firmware, or not that machine's, or a machine has two.
    """
    chosen: dict[str, str] = {}
    for word in words:
        named, separator, rest = word.partition("=")
        is_named = bool(separator) and "/" not in named
        firmware_id = rest if is_named else word
        owner = _owner(firmware_id, require_machine(named) if is_named else None, machine)
        if chosen.setdefault(owner.id, firmware_id) != firmware_id:
            raise UsageError(
                f"{owner.name} machines are given {chosen[owner.id]} and {firmware_id}"
            )
    return chosen


def _owner(firmware_id: str, named: Machine | None, default: Machine) -> Machine:
    """Give the machine that a firmware is for; it must be the one that is named, if one is."""
    if own_firmware.is_own(firmware_id):
        own_firmware.require_own(firmware_id)
        owner = named or default
    else:
        owner = machine_of(firmware_id)
    if not owner.is_uefi:
        raise UsageError(
            f"{firmware_id} is not UEFI firmware, and a BIOS guest has QEMU's own BIOS",
            cure=f"one of: {', '.join(id for id, origin in CATALOGUE.items() if origin.vars)}",
        )
    if named not in (None, owner):
        known = ", ".join(named.firmware)
        raise UsageError(f"{firmware_id} is not {named.name} firmware", cure=f"one of: {known}")
    return owner


def is_here(firmware_id: str, *, cache: Cache) -> bool:
    """Whether a firmware is to be had without fetching anything."""
    origin = _origin(firmware_id)
    return (
        _installed(firmware_id, origin) is not None
        or find_package(origin.package, origin.suite, cache=cache) is not None
    )


def _origin(firmware_id: str) -> FirmwareOrigin:
    try:
        return CATALOGUE[firmware_id]
    except KeyError:
        raise UsageError(
            f"no firmware is called {firmware_id}",
            cure=f"one of: {', '.join(CATALOGUE)}; or the file of a build of your own, *_CODE.fd",
        ) from None


def _installed(firmware_id: str, origin: FirmwareOrigin) -> Firmware | None:
    version = installed_version(origin.package) if origin.suite == host_suite() else None
    root = Path("/")
    files = [root / path for path in (origin.code, origin.vars) if path]
    if version is None or not all(path.is_file() for path in files):
        return None
    return _describe(firmware_id, origin, version, files)


def _fetched(firmware_id: str, origin: FirmwareOrigin, cache: Cache, say: Say) -> Firmware:
    package = fetch_package(origin.package, origin.suite, cache=cache, say=say)
    files = [package.path_of(path) for path in (origin.code, origin.vars) if path]
    return _describe(firmware_id, origin, package.version, files)


def _describe(
    firmware_id: str, origin: FirmwareOrigin | None, version: str, files: Sequence[Path]
) -> Firmware:
    """Put together what is known of a firmware; `files` are the code, then the variable store."""
    code_path, *rest = files
    vars_path = rest[0] if rest else None
    return Firmware(
        id=firmware_id,
        package=origin.package if origin else "",
        suite=origin.suite if origin else "",
        version=version,
        code_path=code_path,
        sha256=sha256_again(code_path),
        vars_path=vars_path,
        vars_sha256=sha256_again(vars_path) if vars_path else None,
    )
