"""The firmware that guests can be given, and where its files are.

Every id names plain firmware, without Secure Boot and without enrolled keys:
libvirt's own choice (`<os firmware='efi'>`) would be the Secure Boot pair.
"""

from collections.abc import Sequence
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

DEFAULT_UEFI = "ovmf-x64"
DEFAULT_IA32 = "ovmf-ia32"
DEFAULT_BIOS = "seabios"


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


@dataclass(frozen=True, kw_only=True)
class Origin:
    """Where a firmware comes from: files of a Debian package, by their installed paths."""

    package: str
    suite: str
    client_bits: int
    """16 for a BIOS, as in `ClientArch.bits`."""
    code: str
    vars: str | None = None


def _ovmf_x64(suite: str, package: str = "ovmf") -> Origin:
    """Give the plain 4 MB OVMF of a suite."""
    return Origin(
        package=package,
        suite=suite,
        client_bits=64,
        code="usr/share/OVMF/OVMF_CODE_4M.fd",
        vars="usr/share/OVMF/OVMF_VARS_4M.fd",
    )


def _ovmf_ia32(suite: str, code: str) -> Origin:
    """Give the 32-bit OVMF of a suite."""
    return Origin(
        package="ovmf-ia32",
        suite=suite,
        client_bits=32,
        code=f"usr/share/OVMF/{code}",
        vars="usr/share/OVMF/OVMF32_VARS_4M.fd",
    )


CATALOGUE: dict[str, Origin] = {
    "ovmf-x64": _ovmf_x64("bookworm"),
    "ovmf-x64-trixie": _ovmf_x64("trixie"),
    # In sid `ovmf` is empty and pulls in builds for each kind of machine.
    "ovmf-x64-sid": _ovmf_x64("sid", package="ovmf-generic"),
    # bookworm has only the build with Secure Boot in it; its store has no keys, so it is off.
    # Needs q35. sid has none: 32-bit OVMF was removed upstream after edk2-stable202508.
    "ovmf-ia32": _ovmf_ia32("bookworm", "OVMF32_CODE_4M.secboot.fd"),
    "ovmf-ia32-trixie": _ovmf_ia32("trixie", "OVMF32_CODE_4M.fd"),
    # The file that QEMU itself takes when it is told nothing.
    "seabios": Origin(
        package="seabios", suite="bookworm", client_bits=16, code="usr/share/seabios/bios-256k.bin"
    ),
}
"""Every firmware by its id. To add one, add a line; it is fetched when first asked for."""


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


def require_uefi(firmware_id: str, *, bits: int) -> None:
    """Return when an id is that of a UEFI firmware of this word size, or names a build's files.

    Raises:
        UsageError: it is not; names those that are.
    """
    if own_firmware.is_own(firmware_id):
        own_firmware.require_own(firmware_id)
    elif _origin(firmware_id).client_bits != bits:
        known = ", ".join(name for name, origin in CATALOGUE.items() if origin.client_bits == bits)
        raise UsageError(f"{firmware_id} is no {bits}-bit UEFI firmware", cure=f"one of: {known}")


def is_here(firmware_id: str, *, cache: Cache) -> bool:
    """Whether a firmware is to be had without fetching anything."""
    origin = _origin(firmware_id)
    return (
        _installed(firmware_id, origin) is not None
        or find_package(origin.package, origin.suite, cache=cache) is not None
    )


def _origin(firmware_id: str) -> Origin:
    """Look a firmware up."""
    try:
        return CATALOGUE[firmware_id]
    except KeyError:
        raise UsageError(
            f"no firmware is called {firmware_id}",
            cure=f"one of: {', '.join(CATALOGUE)}; or the file of a build of your own, *_CODE.fd",
        ) from None


def _installed(firmware_id: str, origin: Origin) -> Firmware | None:
    """Give the machine's own firmware when it is of the suite that is asked for."""
    version = installed_version(origin.package) if origin.suite == host_suite() else None
    root = Path("/")
    files = [root / path for path in (origin.code, origin.vars) if path]
    if version is None or not all(path.is_file() for path in files):
        return None
    return _describe(firmware_id, origin, version, files)


def _fetched(firmware_id: str, origin: Origin, cache: Cache, say: Say) -> Firmware:
    """Give a firmware out of a package that is not installed."""
    package = fetch_package(origin.package, origin.suite, cache=cache, say=say)
    files = [package.path_of(path) for path in (origin.code, origin.vars) if path]
    return _describe(firmware_id, origin, package.version, files)


def _describe(
    firmware_id: str, origin: Origin | None, version: str, files: Sequence[Path]
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
