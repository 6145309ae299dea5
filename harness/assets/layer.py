"""Files at the places where a site's clients look for them: a layer for a lab.

Links where that is possible, so a root of hundreds of megabytes is not copied for each
lab, nor into its memory.
"""

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from harness.assets.cache import Cache, key_of

_KIND = "layer"


def site_layer(places: Mapping[str, Path | bytes], *, cache: Cache | None = None) -> Path:
    """Give a directory with files at paths of a site, to lie below it.

    `places` maps a path in the site, such as `srv/tftp/NAME/live/filesystem.squashfs`,
    to the file that is to be there, or to its content. Everybody may read what is in it;
    nobody is to write there: other labs share it.
    """
    parts = (part for path, source in sorted(places.items()) for part in (path, _mark(source)))
    return (cache or Cache()).build(_KIND, key_of(*parts), lambda into: _lay_out(places, into))


def _mark(source: Path | bytes) -> str | bytes:
    """Give what tells a file from another without reading it."""
    if isinstance(source, bytes):
        return source
    info = source.stat()
    return f"{source.resolve()} {info.st_size} {info.st_mtime_ns}"


def _lay_out(places: Mapping[str, Path | bytes], into: Path) -> None:
    for path, source in places.items():
        target = into / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(source, bytes):
            target.write_bytes(source)
            target.chmod(0o644)  # whatever this process's umask is
        else:
            _link(source.resolve(), target)
    for directory in (into, *(path for path in into.rglob("*") if path.is_dir())):
        directory.chmod(0o755)


def _link(source: Path, target: Path) -> None:
    """Give a file another name; where that cannot be, copy it."""
    readable = source.stat().st_mode & 0o004
    try:
        if not readable:
            raise PermissionError(source)
        os.link(source, target)
    except OSError:  # another file system, somebody else's file, or one that daemons cannot read
        shutil.copyfile(source, target)
        target.chmod(0o644)
