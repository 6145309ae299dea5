"""QEMU in the place of this host's: of another suite of Debian's, or somebody's own build.

A suite's is unpacked into the cache with all that it needs, and started by its own C library; so
it runs beside the host's, and nothing is installed. Its BIOS and the option ROMs that it puts into
cards unless they are told otherwise are those of that suite, too.
"""

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.assets.cache import Cache, key_of, sha256_again, sha256_of
from harness.assets.own_build import newest
from harness.assets.package import (
    Say,
    fetch_all,
    installed_version,
    keep_quiet,
    suite_apt,
    unpack,
    write_json,
)
from harness.data import DATA_DIR, read
from harness.errors import PrerequisiteError, UsageError
from harness.machines.x86_64 import PC

EMULATOR = PC.emulator
"""The program: the machines whose board has it are those that may have another."""
_KIND = "qemu"
_RUN = DATA_DIR / "qemu/run"
_FACTS = "facts.json"
_ROOT = "root"
_UNUSED = ("doc", "info", "lintian", "locale", "man")
"""Of what packages have in usr/share."""
_DATA = ("share/qemu", "share/seabios", "lib/ipxe/qemu")
"""Where QEMU has what it hands to guests, below usr/."""
_BIOS = "bios-256k.bin"
_LIBRARIES = "usr/lib/x86_64-linux-gnu"
_BUNDLE = "qemu-bundle"
"""Beside itself, where QEMU takes it for the root (its util/cutils.c, get_relocated_path)."""


@dataclass(frozen=True, kw_only=True)
class Qemu:
    """A QEMU that guests can be run by."""

    path: Path
    """What is to be started."""
    program_path: Path
    """The program itself."""
    version: str
    """Of its package; a build of somebody's own has none."""
    sha256: str
    """Of the program itself."""
    bios_path: Path | None
    """The BIOS that its guests have."""


def find_qemu(package: str, suite: str, *, cache: Cache) -> Qemu | None:
    """Give a suite's that was fetched before, or None. Touches no network.

    Raises:
        PrerequisiteError: it is damaged.
    """
    key = cache.read_ref(_ref(package, suite))
    place = cache.find(_KIND, key) if key else None
    return None if place is None else _load(place)


def fetch_qemu(package: str, suite: str, *, cache: Cache, say: Say = keep_quiet) -> Qemu:
    """Give a suite's, fetched when it must be.

    Raises:
        PrerequisiteError: it cannot be had.
    """
    if found := find_qemu(package, suite, cache=cache):
        return found
    # apt's private state serves one process at a time.
    with cache.lock(f"apt-{suite}"):
        if found := find_qemu(package, suite, cache=cache):
            return found
        apt = suite_apt(suite, cache)
        deb_dir = apt.state_dir / _KIND
        planned = fetch_all(apt, (package,), deb_dir, say)
        version = dict(each.split("=", 1) for each in planned)[package]
        say(f"unpacking {package} {version} and what it needs")
        key = key_of(read(_RUN), *planned)
        place = cache.build(_KIND, key, lambda into: _unpack(deb_dir, planned, version, into))
        cache.write_ref(_ref(package, suite), key)
        shutil.rmtree(deb_dir, ignore_errors=True)
        return _load(place)


def installed_qemu(package: str) -> Qemu | None:
    """Give this host's own, or None."""
    version, path = installed_version(package), Path(PC.emulator_path)
    if version is None or not path.is_file():
        return None
    found = (Path("/usr", each, _BIOS) for each in _DATA)
    bios = next((each for each in found if each.is_file()), None)
    return Qemu(
        path=path,
        program_path=path,
        version=version,
        sha256=sha256_again(path),
        bios_path=bios,
    )


def own_qemu(place: str, *, cache: Cache) -> Qemu:
    """Give a build of somebody's own, copied into the cache: the next one may begin meanwhile.

    The program, or a tree with it, of which the newest counts.

    Raises:
        UsageError: there is none.
    """
    named = Path(place).expanduser().absolute()
    program = newest(named, (EMULATOR,)) if named.is_dir() else named
    if program is None or not program.is_file():
        raise UsageError(
            f"there is no {EMULATOR} in {place}",
            cure="name the program, or the directory that it was built in",
        )
    files = {Path("usr/bin", EMULATOR): program, **_beside(program)}
    contents = (f"{target} {sha256_again(path)}" for target, path in files.items())
    key = key_of(read(_RUN), *contents)
    return _load(cache.build(_KIND, key, lambda into: _copy(files, into)))


def _beside(program: Path) -> dict[Path, Path]:
    """Give what a build needs when it runs: in the tree's bundle, or where it was installed."""
    bundle, installed = program.parent / _BUNDLE, program.parent.parent / "share/qemu"
    place = bundle if bundle.is_dir() else installed
    target = Path("usr/bin", _BUNDLE) if place is bundle else Path("usr/share/qemu")
    found = (path for path in sorted(place.rglob("*")) if path.suffix in (".bin", ".rom", ".so"))
    return {target / path.relative_to(place): path for path in found if path.is_file()}


def _copy(files: Mapping[Path, Path], into: Path) -> None:
    for target, source in files.items():
        (into / _ROOT / target).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, into / _ROOT / target)
    _finish(into, "")


def _unpack(deb_dir: Path, planned: Sequence[str], version: str, into: Path) -> None:
    root = into / _ROOT
    for each in planned:
        name, _, its_version = each.partition("=")
        (deb,) = deb_dir.glob(f"{name}_{its_version.replace(':', '%3a')}_*.deb")
        unpack(deb, root)
    for name in _UNUSED:
        shutil.rmtree(root / "usr/share" / name, ignore_errors=True)
    # Started by the C library's loader, QEMU takes that for itself, and looks for all else in the
    # bundle beside it, if there is one; else its modules would be this host's, of another version.
    bundle = root / _LIBRARIES / _BUNDLE
    bundle.mkdir()
    (bundle / "usr").symlink_to("../../../../usr")
    _finish(into, version)


def _finish(into: Path, version: str) -> None:
    start = into / EMULATOR
    start.write_bytes(read(_RUN))
    start.chmod(0o755)
    program = into / _ROOT / "usr/bin" / EMULATOR
    write_json(into / _FACTS, {"version": version, "sha256": sha256_of(program)})


def _load(place: Path) -> Qemu:
    facts = json.loads((place / _FACTS).read_text(encoding="utf-8"))
    root = place / _ROOT
    program = root / "usr/bin" / EMULATOR
    if sha256_again(program) != facts["sha256"]:
        raise PrerequisiteError(
            f"{program} is not what was laid there",
            cure=f"remove {place}; it is fetched again",
        )
    bios = next(iter(sorted(root.rglob(_BIOS))), None)
    return Qemu(path=place / EMULATOR, program_path=program, bios_path=bios, **facts)


def _ref(package: str, suite: str) -> str:
    return f"{_KIND}/{suite}/{package}"
