"""The cache: what guests boot, made once and kept under a name that its content decides.

Owns where the cache lies and how things come into it: whole or not at all,
and once, however many workers ask at the same time. Knows nothing of what is
kept.
"""

import fcntl
import functools
import hashlib
import os
import secrets
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from harness import process
from harness.errors import PrerequisiteError, UsageError

CACHE_VARIABLE = "HARNESS_CACHE"
"""The environment variable that puts the cache elsewhere; read here only."""

UNUSED_S = 7 * 24 * 3600.0
"""After so long nobody will ask again for what a changed firmware or QEMU has replaced."""


def cache_dir() -> Path:
    """Give the cache's directory: the environment's, else XDG's place.

    Raises:
        UsageError: what is there, or on the way there, is not a directory.
    """
    # The XDG specification says that a relative path is to be ignored.
    base = Path(os.environ.get("XDG_CACHE_HOME", ""))
    place = (base if base.is_absolute() else Path.home() / ".cache") / "netboot-harness"
    if chosen := os.environ.get(CACHE_VARIABLE):
        place = Path(chosen).absolute()
    found = next(path for path in (place, *place.parents) if path.exists())
    if not found.is_dir():
        raise UsageError(
            f"the cache cannot be in {place}: {found} is not a directory",
            cure=f"give another place with {CACHE_VARIABLE}=DIR",
        )
    return place


def sha256_of(path: Path) -> str:
    """Give the SHA-256 of a file, in hex."""
    return digest_of(path, "sha256")


def digest_of(path: Path, kind: str) -> str:
    """Give a file's digest of a kind that hashlib knows, in hex."""
    with path.open("rb") as stream:
        # MD5 too, where a host allows it for no secrets alone.
        return hashlib.file_digest(
            stream, lambda: hashlib.new(kind, usedforsecurity=False)
        ).hexdigest()


def sha256_again(path: Path) -> str:
    """Give the SHA-256 of a file that each scenario asks about; read anew when it has changed."""
    seen = path.stat()
    return _sha256_once(path, seen.st_size, seen.st_mtime_ns, seen.st_ino)


@functools.cache
def _sha256_once(path: Path, _size: int, _mtime_ns: int, _inode: int) -> str:
    """Hash a file once while it is the same, as far as its directory entry tells."""
    return sha256_of(path)


def key_of(*parts: str | bytes) -> str:
    """Give the key of something made from `parts`: the same parts, the same key."""
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        digest.update(f"{len(data)}:".encode() + data)
    return digest.hexdigest()


@dataclass(frozen=True, kw_only=True)
class Cache:
    """A directory of objects (`<kind>/<key>/`) and of short names for them (`ref/<name>`).

    An object is a directory and never changes once it is there.
    """

    dir: Path = field(default_factory=cache_dir)

    def find(self, kind: str, key: str) -> Path | None:
        """Give an object's directory, or None when it was not made yet."""
        path = self.dir / kind / key
        return path if path.is_dir() else None

    def build(self, kind: str, key: str, make: Callable[[Path], None]) -> Path:
        """Give an object's directory; when there is none, let `make` fill an empty one.

        When `make` raises, nothing stays behind.
        """
        path = self.dir / kind / key
        if path.is_dir():
            with suppress(OSError):  # somebody else's cache, which we only read
                os.utime(path)
            return path
        with self.lock(f"{kind}-{key}"):
            if not path.is_dir():
                self._make(path, make)
        return path

    def discard(self, kind: str, key: str) -> None:
        """Remove an object that turned out to be damaged; harmless when there is none."""
        path = self.dir / kind / key
        with self.lock(f"{kind}-{key}"):
            if path.is_dir():
                part = _part(path)
                with process.removed_at_the_end(part):
                    path.rename(part)

    def discard_unused(self, kind: str, *, for_s: float = UNUSED_S) -> None:
        """Remove the objects of a kind that nobody has asked for in so many seconds."""
        for path in (self.dir / kind).glob("[!.]*"):
            with suppress(OSError):  # another does the same
                if time.time() - path.stat().st_mtime > for_s:
                    self.discard(kind, path.name)

    def read_ref(self, name: str) -> str | None:
        """Give what a short name stands for, or None."""
        try:
            return (self.dir / "ref" / name).read_text(encoding="utf-8")
        except FileNotFoundError:
            return None

    def write_ref(self, name: str, value: str) -> None:
        """Let a short name stand for something, in one step."""
        path = self.dir / "ref" / name
        _make_dir(path.parent)
        part = _part(path)
        with process.removed_at_the_end(part):
            part.write_text(value, encoding="utf-8")
            part.replace(path)

    @contextmanager
    def lock(self, name: str) -> Iterator[None]:
        """Hold a lock that every worker and process using this cache respects.

        Waits for as long as another holds it: the kernel drops the lock of a
        process that dies, and each step done under it has its own deadline.
        """
        lock_dir = self.dir / "lock"
        _make_dir(lock_dir)
        with (lock_dir / name).open("w") as stream:
            fcntl.flock(stream, fcntl.LOCK_EX)
            try:
                yield
            finally:
                # Closing would not do when somebody forked meanwhile: the child has it open too.
                fcntl.flock(stream, fcntl.LOCK_UN)

    def sweep(self) -> tuple[Path, ...]:
        """Remove what a machine that went down left half-built; give what was removed."""
        removed = []
        for part in sorted(self.dir.glob("*/.*.part")):
            kind, key = part.parent.name, part.name[1:].rsplit(".", 2)[0]
            if part.is_dir() and self._is_abandoned(f"{kind}-{key}"):
                shutil.rmtree(part)
                removed.append(part)
        return tuple(removed)

    def _is_abandoned(self, lock_name: str) -> bool:
        with (self.dir / "lock" / lock_name).open("w") as stream:
            try:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
        return True

    def _make(self, path: Path, make: Callable[[Path], None]) -> None:
        """Fill a directory beside `path` and move it there when it is whole; lock held."""
        part = _part(path)
        with process.removed_at_the_end(part):
            _make_dir(part)
            make(part)
            part.rename(path)


def _part(path: Path) -> Path:
    """Name what an object is while it is built: nobody else builds under the same name."""
    return path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")


def _make_dir(path: Path) -> None:
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise PrerequisiteError(
            f"the cache cannot be written: {error}",
            cure=f"give another place with {CACHE_VARIABLE}=DIR",
        ) from error
