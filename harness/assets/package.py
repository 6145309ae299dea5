"""Debian packages fetched and unpacked without being installed, as an ordinary user.

Owns what a fetched package is and where its files are found; `apt` owns how it
is fetched.
"""

import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath
from typing import TypeVar

from harness.assets.apt import AMD64, Apt, host_suite
from harness.assets.cache import Cache, sha256_again, sha256_of
from harness.errors import CommandError, PrerequisiteError
from harness.process import run

ATTEMPTS = 2
"""How often a fetch is tried: lists that have grown old are fetched anew for the second."""

Say = Callable[[str], None]
_Fetched = TypeVar("_Fetched")

_KIND = "package"
_FACTS = "package.json"
_HASHES = "files.json"
_TREE = "root"
_MAX_LINKS = 20
_UNPACK_TIMEOUT_S = 120.0
_DPKG_STATUS = Path("/var/lib/dpkg/status")
"""What is installed; dpkg writes it anew whenever that changes."""


def keep_quiet(_: str) -> None:
    """Say nothing: for callers whose user is not waiting."""


def megabytes(size: int | None) -> str:
    """Write a size in bytes for people."""
    if size is None:
        return "size unknown"
    return f"{size / 1e6:.1f} MB" if size >= 1e5 else f"{size / 1e3:.0f} kB"


@dataclass(frozen=True, kw_only=True)
class Asset:
    """A file that guests boot, and what identifies it in evidence."""

    path: Path
    sha256: str
    package: str = ""
    suite: str = ""
    version: str = ""
    """Of the package; an operator's own file has none of these."""


@dataclass(frozen=True, kw_only=True)
class Package:
    """A package's files below `tree`, and what it is."""

    name: str
    suite: str
    version: str
    sha256: str
    """Of the package's file; apt has checked it against the mirror's signed lists."""
    depends: str
    tree: Path

    def path_of(self, path: str) -> Path:
        """Give where a file of the package lies, checked by its hash.

        Links are followed inside the package, as on the machine it is made for.

        Raises:
            PrerequisiteError: the package has no such file, or it is damaged.
        """
        inside = PurePosixPath("/") / path
        for _ in range(_MAX_LINKS):
            found = self.tree / inside.relative_to("/")
            if found.is_symlink():
                # An absolute target replaces the whole path.
                inside = inside.parent / found.readlink()
            elif found.is_file():
                return self._checked(found)
            else:
                break
        raise PrerequisiteError(
            f"package {self.name} {self.version} of {self.suite} has no /{path.lstrip('/')}",
            cure="name another suite or file for it in harness/assets",
        )

    def _checked(self, path: Path) -> Path:
        """Give `path` when it holds what was unpacked."""
        hashes_path = self.tree.parent / _HASHES
        hashes = json.loads(hashes_path.read_text("utf-8")) if hashes_path.is_file() else {}
        if hashes.get(str(path.relative_to(self.tree))) != sha256_again(path):
            raise PrerequisiteError(
                f"{path} is not what package {self.name} {self.version} brought",
                cure=f"remove {self.tree.parent}; it is fetched again",
            )
        return path


def installed_version(name: str) -> str | None:
    """Give the version of a package installed on this machine, or None."""
    try:
        changed_ns = _DPKG_STATUS.stat().st_mtime_ns
    except FileNotFoundError:
        changed_ns = 0
    return _installed_version(name, changed_ns)


@cache
def _installed_version(name: str, _changed_ns: int) -> str | None:
    """Look it up in what dpkg notes (deb822), once until something is installed.

    dpkg-query reads and checks all of that: 10 ms that a guest's start would wait for.
    """
    try:
        noted = _DPKG_STATUS.read_text("utf-8", errors="replace")
    except FileNotFoundError:
        return None
    rest = f"\n{noted}".partition(f"\nPackage: {name}\n")[2]
    lines = rest.partition("\n\n")[0].splitlines()
    fields = {field: value for field, _, value in (line.partition(": ") for line in lines)}
    return fields.get("Version") if fields.get("Status", "").endswith(" installed") else None


def find_package(
    name: str, suite: str, *, arch: str = AMD64, cache: Cache | None = None
) -> Package | None:
    """Give a package that was fetched before, or None. Touches no network."""
    cache = cache or Cache()
    sha256 = cache.read_ref(_ref(name, suite, arch))
    object_dir = cache.find(_KIND, sha256) if sha256 else None
    return _load(object_dir, suite) if object_dir else None


def fetch_package(
    name: str,
    suite: str | None = None,
    *,
    arch: str = AMD64,
    cache: Cache | None = None,
    say: Say = keep_quiet,
) -> Package:
    """Give a package of `suite` (the machine's own by default), fetched when it must be."""
    cache = cache or Cache()
    suite = suite or host_suite()
    if found := find_package(name, suite, arch=arch, cache=cache):
        return found
    # apt's private state serves one process at a time.
    with cache.lock(f"apt-{_lists(suite, arch)}"):
        if found := find_package(name, suite, arch=arch, cache=cache):
            return found
        apt = suite_apt(suite, cache, arch)
        download_dir = apt.state_dir / "download"
        # We hold the lock: what lies there was left by a process that was killed.
        shutil.rmtree(download_dir, ignore_errors=True)
        try:
            what = f"package {name} of Debian {suite}"
            deb = fetched(apt, what, lambda: _download(apt, name, download_dir, say), say)
            return _keep(deb, name, suite, cache, arch)
        finally:
            shutil.rmtree(download_dir, ignore_errors=True)


def listed_version(name: str, suite: str, *, cache: Cache, say: Say = keep_quiet) -> str:
    """Give the version of a package by a suite's lists, fetched when they must be; "" for none.

    Raises:
        PrerequisiteError: the lists cannot be had.
    """
    with cache.lock(f"apt-{suite}"):
        apt = suite_apt(suite, cache)
        what = f"the package lists of Debian {suite}"
        return fetched(apt, what, lambda: apt.version_of(name), say)


def listed_size(name: str, suite: str, *, cache: Cache) -> int | None:
    """Give the size of a package's file in bytes by a suite's lists, if they are here."""
    apt = suite_apt(suite, cache)
    return apt.size_of(name) if apt.has_lists else None


def suite_apt(suite: str, cache: Cache, arch: str = AMD64) -> Apt:
    """Give apt for a suite; who uses it holds the lock `apt-SUITE`."""
    return Apt(suite=suite, state_dir=cache.dir / "apt" / _lists(suite, arch), arch=arch)


def _ref(name: str, suite: str, arch: str = AMD64) -> str:
    return f"{_KIND}/{_lists(suite, arch)}/{name}"


def _lists(suite: str, arch: str) -> str:
    """Name a suite's lists of one processor's packages."""
    return suite if arch == AMD64 else f"{suite}-{arch}"


def _download(apt: Apt, name: str, into: Path, say: Say) -> Path:
    say(f"fetching {name} of Debian {apt.suite}, {megabytes(apt.size_of(name))}")
    into.mkdir(parents=True, exist_ok=True)
    return apt.download(name, into)


def fetched(apt: Apt, what: str, get: Callable[[], _Fetched], say: Say) -> _Fetched:
    """Fetch something; the lists first, when they are missing or have grown old.

    Raises:
        PrerequisiteError: it cannot be had; carries what apt said.
    """
    failure: CommandError | None = None
    for _ in range(ATTEMPTS):
        try:
            if failure or not apt.has_lists:
                say(f"fetching the package lists of Debian {apt.suite} (some 10 MB)")
                apt.update()
            return get()
        except CommandError as error:
            failure = error
    raise PrerequisiteError(
        f"{what} cannot be fetched",
        cure="see that this machine reaches the Debian mirror in its apt sources, and that its"
        " disk is not full, then try again: what was fetched stays; without a network, copy the"
        " cache directory from a machine that has it",
        last_lines=failure.last_lines if failure else (),
    ) from failure


def fetch_all(apt: Apt, wanted: Sequence[str], into: Path, say: Say) -> tuple[str, ...]:
    """Fetch what an empty system needs to hold these packages; give name=version of each.

    Raises:
        PrerequisiteError: they cannot be had; what was fetched stays.
    """

    def get() -> tuple[str, ...]:
        planned = apt.plan(*wanted)
        missing = apt.sizes_of_missing(planned, into)
        size = megabytes(sum(missing))
        say(f"fetching {len(missing)} of {len(planned)} packages of Debian {apt.suite}, {size}")
        apt.download_all(planned, into)
        return planned

    return fetched(apt, f"the packages of {wanted[-1]} and what it needs", get, say)


def _keep(deb: Path, name: str, suite: str, cache: Cache, arch: str) -> Package:
    sha256 = sha256_of(deb)
    object_dir = cache.build(_KIND, sha256, lambda into: _unpack(deb, name, sha256, into))
    cache.write_ref(_ref(name, suite, arch), sha256)
    return _load(object_dir, suite)


def unpack(deb: Path, into: Path) -> None:
    """Lay a package's files into a directory, beside those of others."""
    run(["dpkg-deb", "-x", str(deb), str(into)], timeout_s=_UNPACK_TIMEOUT_S)


def _unpack(deb: Path, name: str, sha256: str, into: Path) -> None:
    tree = into / _TREE
    unpack(deb, tree)
    fields = run(["dpkg-deb", "-W", "--showformat=${Version}\n${Depends}", str(deb)]).stdout
    version, _, depends = fields.partition("\n")
    facts = {"name": name, "version": version, "depends": depends, "sha256": sha256}
    write_json(into / _FACTS, facts)
    files = (path for path in sorted(tree.rglob("*")) if path.is_file() and not path.is_symlink())
    write_json(into / _HASHES, {str(path.relative_to(tree)): sha256_of(path) for path in files})


def write_json(path: Path, value: dict[str, str]) -> None:
    """Write facts so that people can read them too."""
    path.write_text(json.dumps(value, indent=1) + "\n", encoding="utf-8")


def _load(object_dir: Path, suite: str) -> Package:
    facts = json.loads((object_dir / _FACTS).read_text(encoding="utf-8"))
    return Package(suite=suite, tree=object_dir / _TREE, **facts)
