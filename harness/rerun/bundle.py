"""A bundle as it is given: a scenario's evidence directory, or one packed as `.tar.zst`.

What a bundle knows by its hash only (programs, files of the site that are no text) is looked for
where it was, and packed beside the evidence, by its hash. A packed one may come from anybody:
nothing of it is written but plain files below one directory, and a file is what its hash says.
"""

import shutil
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from harness.assets.cache import sha256_of
from harness.errors import UsageError
from harness.evidence.boot_json import BootFile
from harness.evidence.directory import EvidenceDirectory, Version
from harness.host import zstd
from harness.rerun.own_paths import OwnPaths
from harness.site.model import Site

SUFFIX = ".tar.zst"
_KEPT_DIR = "rerun"
"""In a packed bundle: files by their hashes."""
_LARGEST = 8 << 30
"""Bytes of all files of a packed bundle."""
_OWN_LAB = "."
"""Where the lab of a scenario's first machine has its evidence."""
QEMU = "QEMU "
"""How the name of what ran a machine begins: it is nothing without the libraries beside it."""
_MADE_HERE = ("payload ", "live ")
"""Programs that the harness makes, on each machine by itself."""


@dataclass(frozen=True, kw_only=True)
class Bundle:
    """The evidence of a scenario, and where to find what it knows by its hash."""

    name: str
    """As it was called when it was opened."""
    dir: Path
    file: BootFile
    is_packed: bool

    @classmethod
    def read(cls, directory: Path, *, name: str = "", is_packed: bool = False) -> "Bundle":
        """Read an evidence directory.

        Raises:
            UnreadableBundleError: it is not one.
            UsageError: it is a part of one.
        """
        file = BootFile.read_alone(EvidenceDirectory(directory))
        if file.lab != _OWN_LAB:
            raise UsageError(
                f"{directory} is of one of several machines of a lab",
                cure=f"name its scenario's: {directory.parent}",
            )
        return cls(name=name or str(directory), dir=directory, file=file, is_packed=is_packed)

    @property
    def site(self) -> Site:
        """What `site.toml` said, with what the scenario has changed of it; without files."""
        return self.file.boot.site

    @property
    def programs(self) -> dict[str, Version]:
        """Name → what the machine ran that is a file of the machine below."""
        return {
            name: program
            for name, program in self.file.programs.items()
            if program.path and program.sha256 and not name.startswith(_MADE_HERE)
        }

    def find(self, sha256: str, path: str) -> Path | None:
        """Give a file with this content: one that was packed, or where it lay; None for none."""
        packed = self.dir / _KEPT_DIR / sha256
        places = (packed,) if self.is_packed else (packed, Path(path))
        found = (place for place in places if sha256 and place.is_file() and not place.is_symlink())
        return next((place for place in found if sha256_of(place) == sha256), None)

    def find_of_site(self, path: str) -> Path | None:
        """Give a file of the site that is no text; None where it is not to be had."""
        return self.find(self.file.site.own[path].sha256, f"{self.file.site_dir}/{path}")

    @property
    def missing(self) -> frozenset[str]:
        """The files of its site whose content is not to be had."""
        own = self.file.site.own.items()
        return frozenset(p for p, e in own if e.text is None and self.find_of_site(p) is None)

    @property
    def needed(self) -> frozenset[str]:
        """Those of them that its machine has asked for, and that no payload stands for."""
        logs = EvidenceDirectory(self.dir).read_logs()
        asked = {PurePosixPath(name).name for names in logs.fetched for name in names}
        left = self.missing - self.site.laid_paths
        return frozenset(path for path in left if PurePosixPath(path).name in asked)


@contextmanager
def opened(place: Path) -> Iterator[Bundle]:
    """Give a bundle of a directory or of a `.tar.zst`, for as long as it is looked at.

    Raises:
        UsageError: it is neither.
        UnreadableBundleError: it is, and not of a boot.
    """
    if place.is_dir():
        yield Bundle.read(place.absolute(), name=str(place))
        return
    if not place.is_file():
        raise UsageError(
            f"there is no bundle {place}",
            cure=f"name a scenario's evidence directory, or what `harness pack` made: *{SUFFIX}",
        )
    with TemporaryDirectory(prefix="bundle-") as scratch:
        _unpack(place, Path(scratch))
        top = list(Path(scratch).iterdir())
        if len(top) != 1:
            raise UsageError(f"{place} is not a bundle: it holds {len(top)} directories, not one")
        yield Bundle.read(top[0], name=str(place), is_packed=True)


def _unpack(packed: Path, into: Path) -> None:
    left = _LARGEST
    try:
        with (
            packed.open("rb") as stream,
            zstd.unpacked(stream) as plain,
            tarfile.open(fileobj=plain, mode="r|") as tar,
        ):
            for member in tar:
                left -= member.size
                if left < 0:
                    raise UsageError(f"{packed} is not a bundle: it has more than {_LARGEST} bytes")
                _unpack_member(tar, member, into, packed)
    except (tarfile.TarError, EOFError) as error:
        raise UsageError(f"{packed} is not a packed bundle: {error}") from error
    except OSError as error:
        raise UsageError(f"bundle {packed} cannot be unpacked: {error}") from error


def _unpack_member(tar: tarfile.TarFile, member: tarfile.TarInfo, into: Path, packed: Path) -> None:
    """Unpack a file; anything else that is not a directory, and any other place, is refused."""
    path = PurePosixPath(member.name)
    if path.is_absolute() or ".." in path.parts or not (member.isfile() or member.isdir()):
        raise UsageError(
            f"{packed} is not a bundle: {member.name!r} is not a plain file inside it",
            cure="have it packed again by `harness pack`",
        )
    place = into / path
    if member.isdir():
        place.mkdir(parents=True, exist_ok=True)
        return
    place.parent.mkdir(parents=True, exist_ok=True)
    content = tar.extractfile(member)
    if content is not None:
        with place.open("wb") as file:
            shutil.copyfileobj(content, file)


def pack(bundle: Bundle, packed: Path) -> None:
    """Pack a bundle with all that is to be had of what it knows by its hash.

    Raises:
        UsageError: it cannot be written there, or not all of it can be read.
    """
    try:
        _pack(bundle, packed)
    except OSError as error:
        place = error.filename or packed
        raise UsageError(f"{packed} cannot be made: {place}: {error.strerror}") from error


def _pack(bundle: Bundle, packed: Path) -> None:
    if packed.is_dir():
        raise UsageError(
            f"{packed} is a directory", cure=f"name a file: {packed / bundle.dir.name}{SUFFIX}"
        )
    # Before anything is made: it may be made among them.
    files = [path for path in sorted(bundle.dir.rglob("*")) if path != packed.absolute()]
    top = PurePosixPath(bundle.dir.name)
    own_paths = OwnPaths(bundle.dir, bundle.file)
    with TemporaryDirectory(prefix=".pack-", dir=packed.absolute().parent) as scratch:
        plain = Path(scratch) / "bundle.tar"
        with tarfile.open(plain, "w") as tar:
            for path in files:
                if path.is_file() and not path.is_symlink():
                    inside = path.relative_to(bundle.dir)
                    _add(tar, path, top / inside, told=own_paths.packed(path))
            for sha256, path in sorted(_kept(bundle).items()):
                if not path.is_relative_to(bundle.dir):
                    _add(tar, path, top / _KEPT_DIR / sha256)
        zstd.pack(plain, packed)


def keep(bundle: Bundle, passing: Path) -> None:
    """Keep in a bundle what it knows by its hash and that lies where it does not stay."""
    for sha256, path in _kept(bundle).items():
        if path.is_relative_to(passing):
            place = bundle.dir / _KEPT_DIR / sha256
            place.parent.mkdir(exist_ok=True)
            shutil.copyfile(path, place)


def _kept(bundle: Bundle) -> dict[str, Path]:
    own = bundle.file.site.own
    programs = (e for name, e in bundle.programs.items() if not name.startswith(QEMU))
    found = {
        **{each.sha256: bundle.find(each.sha256, each.path) for each in programs},
        **{own[path].sha256: bundle.find_of_site(path) for path in own if own[path].sha256},
    }
    return {sha256: path for sha256, path in found.items() if path is not None}


def _add(
    tar: tarfile.TarFile, path: Path, name: PurePosixPath, *, told: bytes | None = None
) -> None:
    """Add a file, or what is `told` in its place, of nobody: whose it was is not for others."""
    member = tar.gettarinfo(path, arcname=str(name))
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    member.mode = 0o644
    with path.open("rb") if told is None else BytesIO(told) as content:
        member.size = member.size if told is None else len(told)
        tar.addfile(member, content)
