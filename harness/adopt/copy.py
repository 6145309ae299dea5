"""Copy what a site needs of a boot server's tree, byte by byte, links as they are."""

import posixpath
import shutil
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from harness.adopt.contents import is_private_key, left_out
from harness.adopt.source import GivenTree
from harness.site.files import locate, normal

_NOT_A_SERVERS = frozenset({".git", ".svn", ".hg", "lost+found"})
_TOO_WIDE = frozenset({"", ".", "etc", "usr", "var", "home", "root", "boot", "opt", "mnt", "media"})
"""Directories that hold more than what machines boot, whatever serves them."""
_OWNERS = stat.S_IRUSR | stat.S_IWUSR


@dataclass(frozen=True, kw_only=True)
class Left:
    """A file or link that was not copied, and what it is."""

    path: str
    what: str
    size: int = 0


@dataclass
class Copy:
    """The copy of a tree as it grows."""

    tree: GivenTree
    into: Path
    for_all: int = 0
    """Rights that everything copied has: daemons that drop their privileges read the data."""
    files: dict[str, int] = field(default_factory=dict)
    """Path → size, of what was copied."""
    left: dict[str, Left] = field(default_factory=dict)
    _begun: set[str] = field(default_factory=set)

    def take(self, path: str) -> None:
        """Copy a file, or a directory with all in it; what is not there is nothing."""
        path = normal(path)
        if path in self._begun or _NOT_A_SERVERS & set(PurePosixPath(path).parts):
            return
        self._begun.add(path)
        link = self._first_link(path)
        if link is not None:
            self._take_link(link, path)
            return
        place = self.tree.dir / path
        if place.is_dir():
            self.make_dir(path)
            for child in self._children(place):
                self.take(f"{path}/{child}")
        elif place.is_file():
            self._take_file(path, place)

    def take_served(self, path: str) -> None:
        """Copy a directory that is served: what is in it must be readable for everybody."""
        path = normal(path)
        if path in _TOO_WIDE:
            what = "a directory that holds more than what machines boot: copy what they do yourself"
            self.left[path] = Left(path=path, what=what)
            return
        self.for_all = stat.S_IRUSR | stat.S_IRGRP | stat.S_IROTH
        self.take(path)
        self.for_all = 0

    def make_dir(self, path: str) -> None:
        """Make a directory in the copy, and those above it."""
        place = self.into / normal(path)
        if not place.is_symlink() and not place.is_file():  # as which a file's alias is served
            place.mkdir(parents=True, exist_ok=True)

    def _children(self, place: Path) -> Iterator[str]:
        try:
            yield from sorted(each.name for each in place.iterdir())
        except OSError as error:
            self._leave(str(place.relative_to(self.tree.dir)), f"{error.strerror}")

    def _first_link(self, path: str) -> str | None:
        """Give the first part of a path that is a link."""
        parts = PurePosixPath(path).parts
        heads = (str(PurePosixPath(*parts[:n])) for n in range(1, len(parts) + 1))
        return next((head for head in heads if self._target(head)), None)

    def _target(self, path: str) -> str:
        """Give where a link leads, as it says it; "" for what is no link."""
        place = self.tree.dir / path
        return str(place.readlink()) if place.is_symlink() else self.tree.lost_link(path)

    def _take_link(self, link: str, path: str) -> None:
        """Make the link, and go on where it leads within the tree."""
        target = self._target(link)
        if locate(self.tree.dir, link) is None:
            self._leave(link, f"a link to {target}, which is not among the files")
            return
        place = self.into / link
        place.parent.mkdir(parents=True, exist_ok=True)
        if not place.is_symlink():
            place.symlink_to(target)
        beside = str(PurePosixPath("/", link).parent)
        leads = posixpath.normpath(posixpath.join(beside, target))
        self.take(f"{leads}/{PurePosixPath(path).relative_to(link)}")

    def _take_file(self, path: str, place: Path) -> None:
        try:
            what = left_out(place)
            if what or is_private_key(place):
                self._leave(path, what or "a private key: lay one for tests there")
                return
            target = self.into / path
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(place, target)
            mode = stat.S_IMODE(place.stat().st_mode)
            target.chmod(mode | _OWNERS | self.for_all)
            self.files[path] = place.stat().st_size
        except OSError as error:
            self._leave(path, f"it cannot be read: {error.strerror}")

    def _leave(self, path: str, what: str) -> None:
        place = self.tree.dir / path
        size = 0 if place.is_symlink() or not place.is_file() else place.stat().st_size
        self.left[path] = Left(path=path, what=what, size=size)
