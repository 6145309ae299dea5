"""A boot server's tree as it is given: a directory, or a tar of one, packed or not.

Owns unpacking. Of files of gigabytes only the beginning is unpacked, at their full size: enough
to tell what they are, and they are not copied.
"""

import os
import shutil
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from harness.describe.file_kind import HEAD_SIZE
from harness.errors import UsageError
from harness.host import zstd
from harness.site.files import Tree, locate, normal

STDIN = "-"
_LARGEST_UNPACKED = 64 << 20
_LONGEST_PATH = 256


@dataclass(frozen=True, kw_only=True)
class GivenTree(Tree):
    """A server's tree as it was given: on its way a link may have become a text, as git does."""

    def lost_link(self, path: str) -> str:
        """Give where a file of /etc was a link to, which has nothing but that in it; "" if not."""
        place = self.dir / normal(path)
        if not normal(path).startswith("etc/") or not _is_short(place):
            return ""
        target = place.read_text(errors="replace").strip()
        is_path = "/" in target and not set(target) & set(" \n\t;{}=\"'")
        beside = "/" if target.startswith("/") else str(PurePosixPath(normal(path)).parent)
        return target if is_path and super().has(f"{beside}/{target}") else ""

    def read(self, path: str) -> str:
        """Give a file's text, that of its target where it was a link."""
        target = self.lost_link(path)
        beside = "" if target.startswith("/") else str(PurePosixPath(normal(path)).parent)
        return super().read(f"{beside}/{target}" if target else path)


def _is_short(place: Path) -> bool:
    return place.is_file() and not place.is_symlink() and 0 < place.stat().st_size < _LONGEST_PATH


@contextmanager
def opened(source: str) -> Iterator[GivenTree]:
    """Give the tree in a directory or a tar; `-` is a tar on standard input.

    Raises:
        UsageError: it is neither, or has no `etc`.
    """
    place = Path(source)
    if source != STDIN and place.is_dir():
        yield GivenTree(dir=_root(place.absolute(), source))
        return
    if source != STDIN and not place.is_file():
        raise UsageError(
            f"{source} is neither a directory nor a tar",
            cure="name the root of the boot server's files, a tar of it, or - for standard input",
        )
    with TemporaryDirectory(prefix="harness-init-") as scratch:
        into = Path(scratch)
        with os.fdopen(os.dup(0), "rb") if source == STDIN else place.open("rb") as stream:
            _unpack(stream, into, source)
        yield GivenTree(dir=_root(into, source))


def _root(place: Path, source: str) -> Path:
    """Give the directory that has `etc`: this one, or the only one in it, and so on."""
    here = place
    while not (here / "etc").is_dir():
        inside = [each for each in here.iterdir() if not each.name.startswith(".")]
        if len(inside) != 1 or inside[0].is_symlink() or not inside[0].is_dir():
            raise UsageError(
                f"{source} has no etc/ in it",
                cure="give the boot server's /etc and the directory that it serves, as one tree: "
                "tar -C / -c etc srv",
            )
        here = inside[0]
    return here


def _unpack(stream: BufferedReader, into: Path, source: str) -> None:
    is_zstd = stream.peek(len(zstd.MAGIC)).startswith(zstd.MAGIC)
    try:
        with (
            zstd.unpacked(stream) if is_zstd else nullcontext(stream) as plain,
            tarfile.open(fileobj=plain, mode="r|*") as tar,
        ):
            for member in tar:
                _unpack_member(tar, member, into)
    except (tarfile.TarError, EOFError) as error:
        raise UsageError(
            f"{source} is not a tar that can be read: {error}",
            cure="give a tar, plain or packed by gzip, xz, bzip2 or zstd",
        ) from error


def _unpack_member(tar: tarfile.TarFile, member: tarfile.TarInfo, into: Path) -> None:
    """Unpack one member, wherever links of the tree itself lead, and nowhere else."""
    path = PurePosixPath(normal(member.name))
    if ".." in path.parts or str(path) == ".":
        return
    parent = _directory(into, str(path.parent))
    if parent is None:
        return
    place = parent / path.name
    if member.isdir():
        place.mkdir(exist_ok=True)
    elif member.issym() and not place.exists():
        place.symlink_to(member.linkname)
    elif member.islnk():
        linked = locate(into, member.linkname)
        if linked is not None and linked.is_file():
            shutil.copyfile(linked, place)
    elif member.isfile() and not place.is_symlink():
        content = tar.extractfile(member)
        if content is not None:
            with place.open("wb") as file:
                if member.size > _LARGEST_UNPACKED:
                    file.write(content.read(HEAD_SIZE))
                    file.truncate(member.size)
                else:
                    shutil.copyfileobj(content, file)


def _directory(into: Path, path: str) -> Path | None:
    """Give a directory below the unpacked root, made if it is not there; None: a link leads out."""
    here = into
    for part in PurePosixPath(path).parts:
        step = here / part
        if step.is_symlink():
            found = locate(into, str(step.relative_to(into)))
            if found is None or not found.is_dir():
                return None
            step = found
        step.mkdir(exist_ok=True)
        here = step
    return here
