"""The files of a site's directory, found as they would be on the boot server.

Owns paths and links: an absolute link (`sites-enabled/x` → `/etc/nginx/…`)
points into the site, not into this host.
"""

import errno
import glob
import os
import stat
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Protocol

from harness.errors import SiteError

_KINDS = {
    stat.S_IFREG: "a file",
    stat.S_IFDIR: "a directory",
    stat.S_IFIFO: "a named pipe",
    stat.S_IFSOCK: "a socket",
}
_MOST_LINKS = 40
"""As many links in a row as Linux follows."""
_NOT_GIVEN_OUT = ("boots", "etc", "evidence", "hosts")
"""What no server of this host gives files out of: its configuration, others' files, and ours."""


class Files(Protocol):
    """The files of a boot server: a site's, or a tree's that is to become one."""

    @property
    def dir(self) -> Path:
        """The directory that stands for the server's root."""

    def has(self, path: str) -> bool:
        """Say whether this file is there."""

    def read(self, path: str) -> str:
        """Give a file's text; a SiteError when it has none that this user may read."""

    def names(self, directory: str) -> tuple[str, ...]:
        """Give the paths of what lies in a directory, sorted; nothing when it is not there."""


@dataclass(frozen=True, kw_only=True)
class Tree:
    """The files of a directory that stands for a server's root, as they are."""

    dir: Path

    def has(self, path: str) -> bool:
        """Say whether this file is there."""
        return is_there(self.dir, path)

    def read(self, path: str) -> str:
        """Give a file's text; a SiteError when it has none that this user may read."""
        return read_text(self.dir, path)

    def names(self, directory: str) -> tuple[str, ...]:
        """Give the paths of what lies in a directory, sorted; nothing when it is not there."""
        return names_in(self.dir, directory)


def normal(path: str) -> str:
    """Write a path of a site the one way: no leading slash, no `.` or empty parts."""
    # Asked for hundreds of times in each lab: PurePosixPath takes ten times as long.
    return "/".join(part for part in path.split("/") if part not in ("", ".")) or "."


def locate(site_dir: Path, path: str) -> Path | None:
    """Give the file on this host that `path` means, links followed inside the site.

    None when it is not there, or a link leads in a circle or to a file that the
    host would have to lend.
    """
    try:
        return _walk(site_dir, path)
    except OSError as error:
        raise SiteError(
            f"this cannot be reached: {error.strerror}",
            path=site_dir / normal(path),
            cure=f"let this user read the site: chmod -R u+rX {site_dir}",
        ) from error


def link_beyond(site_dir: Path, path: str, root: str) -> str:
    """Say which link of a path leads where who sees only `root` of the server cannot go.

    "" where the file is there for it too, or no link leads out.
    """
    top, place = locate(site_dir, root), PurePosixPath(normal(path))
    inside = place.relative_to(normal(root)) if place.is_relative_to(normal(root)) else None
    if top is None or inside is None or locate(top, str(inside)) is not None:
        return ""
    # What it is shut up in may be a link itself, which leads it there.
    steps = [*reversed(inside.parents), inside][1:]
    link = next((each for each in steps if (top / each).is_symlink()), None)
    if link is None:
        return ""
    target = (top / link).readlink()
    leads_out = target.is_absolute() or os.path.normpath(link.parent / target).startswith("..")
    return f"/{normal(root)}/{link} is a link to {target}" if leads_out else ""


def dead_link(site_dir: Path, path: str, roots: Collection[str]) -> str:
    """Say which link of a path leads to nothing, and out of which of these directories.

    "" where the path has no link.
    """
    place = PurePosixPath(normal(path))
    link = next((e for e in (*reversed(place.parents), place) if (site_dir / e).is_symlink()), None)
    if link is None:
        return ""
    target = (site_dir / link).readlink()
    goal = normal(os.path.normpath(link.parent / target))
    left = [each for each in map(normal, roots) if place.is_relative_to(each)]
    beyond = next((each for each in left if not PurePosixPath(goal).is_relative_to(each)), "")
    out = f": a daemon that is shut up in /{beyond} would not see it" if beyond else ""
    return f"{link} is a link to {target}, which is not there{out}"


def followed(site_dir: Path, path: str) -> str:
    """Give the path in the site that `path` means, the links of its directories followed.

    A file may be laid there without covering a link, and with it all else behind it.
    """
    place = PurePosixPath(normal(path))
    for parent in place.parents:
        there = locate(site_dir, str(parent))
        if there is not None:
            return str(there.relative_to(site_dir) / place.relative_to(parent))
    return str(place)


def elsewhere(site_dir: Path, name: str, *, root: str) -> Iterator[str]:
    """Give the files out of a server's root whose paths end in what a client asks it for.

    One below that root is there to be asked for by its own name.
    """
    end = PurePosixPath(normal(name)).parts
    if not end or not site_dir.is_dir():
        return
    for top in sorted(site_dir.iterdir()):
        held = top.rglob(glob.escape(end[-1])) if top.name not in _NOT_GIVEN_OUT else ()
        for file in sorted(held):
            path = file.relative_to(site_dir)
            is_it = path.parts[-len(end) :] == end and not path.is_relative_to(normal(root))
            if is_it and file.is_file():
                yield str(path)


def _walk(site_dir: Path, path: str) -> Path | None:
    followed = 0
    todo = list(reversed(PurePosixPath(normal(path)).parts))
    here = site_dir
    while todo:
        part = todo.pop()
        if part == "..":
            here = here if here == site_dir else here.parent
            continue
        step = here / part
        if not step.is_symlink():
            here = step
            continue
        followed += 1
        if followed > _MOST_LINKS:
            return None
        target = step.readlink()
        here = site_dir if target.is_absolute() else here
        todo.extend(reversed(PurePosixPath(normal(str(target))).parts))
    return here if here.exists() else None


def require(place: Path, *, kind: str, absent: str, cure: str = "") -> None:
    """Raise a SiteError unless `kind` (`a file`, `a directory`) is at this place of the host.

    `absent` is what is said when nothing is there.
    """
    try:
        found = _KINDS.get(stat.S_IFMT(place.stat().st_mode), "a device")
    except OSError as error:
        if error.errno == errno.ELOOP:
            found = "a link that leads in a circle"
        elif error.errno not in (errno.ENOENT, errno.ENOTDIR):
            raise SiteError(f"this cannot be reached: {error.strerror}", path=place) from error
        elif place.is_symlink():
            found = f"a link that leads nowhere ({place.readlink()})"
        else:
            raise SiteError(absent, path=place, cure=cure) from error
    if found != kind:
        raise SiteError(f"this is {found}, not {kind}", path=place)


def is_there(site_dir: Path, path: str) -> bool:
    """Say whether the site's directory holds this file."""
    found = locate(site_dir, path)
    return found is not None and found.is_file()


def text_of(files: Files, path: str) -> str:
    """Give a file's text; "" where it is not there."""
    return files.read(path) if files.has(path) else ""


def names_in(site_dir: Path, directory: str) -> tuple[str, ...]:
    """Give the paths of what lies in a directory of the site, sorted."""
    place = locate(site_dir, directory)
    held = place.iterdir() if place is not None and place.is_dir() else ()
    return tuple(sorted(f"{normal(directory)}/{each.name}" for each in held))


def read_text(site_dir: Path, path: str, *, utf8_only: bool = False) -> str:
    """Give the text of a file; a SiteError when it has none that this user may read.

    What is not UTF-8 is Latin-1, as old comments are, unless that is not allowed.
    """
    found = locate(site_dir, path)
    place = site_dir / normal(path)
    if found is None:
        raise SiteError("this file is not there", path=place)
    try:
        return found.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        if utf8_only:
            raise SiteError("this file is not UTF-8 text", path=place) from error
        return found.read_text(encoding="latin-1")
    except OSError as error:
        raise SiteError(f"this file cannot be read: {error.strerror}", path=place) from error


def is_operators(asset: str) -> bool:
    """Whether what is supplied is a file of the operator's own, not an asset of the harness."""
    return asset.startswith("/")
