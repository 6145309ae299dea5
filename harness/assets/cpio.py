"""cpio archives in the "newc" form, which is what a Linux kernel unpacks as its initramfs.

Written here rather than by cpio(1): device nodes need no root, and the same
members give the same bytes on every machine and every day.
The form: linux/Documentation/driver-api/early-userspace/buffer-format.rst.
"""

import stat
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath

ALIGNMENT = 4
"""Where a header may begin; an archive that follows another must begin at such an offset."""

_TRAILER = "TRAILER!!!"


@dataclass(frozen=True, kw_only=True)
class Member:
    """One thing in an archive. `path` has no leading slash; `mode` includes the type."""

    path: str
    mode: int
    data: bytes = b""
    device: tuple[int, int] = (0, 0)


def directory(path: str) -> Member:
    """Give a directory that everybody may read."""
    return Member(path=path, mode=stat.S_IFDIR | 0o755)


def file(path: str, data: bytes, *, executable: bool = False) -> Member:
    """Give a regular file that everybody may read."""
    return Member(path=path, mode=stat.S_IFREG | (0o755 if executable else 0o644), data=data)


def symlink(path: str, target: str) -> Member:
    """Give a symbolic link."""
    return Member(path=path, mode=stat.S_IFLNK | 0o777, data=target.encode())


def character_device(path: str, major: int, minor: int) -> Member:
    """Give a character device for root alone."""
    return Member(path=path, mode=stat.S_IFCHR | 0o600, device=(major, minor))


def pad(data: bytes) -> bytes:
    """Fill up with zeros so that another archive may follow."""
    return data + bytes(-len(data) % ALIGNMENT)


def archive(members: Iterable[Member]) -> bytes:
    """Give the archive of `members`, in their order, each after the directories it lies in."""
    placed: dict[str, Member] = {}
    for member in members:
        for parent in reversed(PurePosixPath(member.path).parents[:-1]):
            placed.setdefault(str(parent), directory(str(parent)))
        placed.setdefault(member.path, member)
    packed = [_pack(member, inode) for inode, member in enumerate(placed.values(), start=1)]
    return b"".join((*packed, _pack(Member(path=_TRAILER, mode=0), 0)))


def _pack(member: Member, inode: int) -> bytes:
    """Give one header with its name and data, each padded; owner root, time zero."""
    name = member.path.encode() + b"\0"
    links = 2 if stat.S_ISDIR(member.mode) else 1
    fields = (
        *(inode, member.mode, 0, 0, links, 0, len(member.data), 0, 0),
        *(*member.device, len(name), 0),
    )
    header = b"070701" + b"".join(b"%08x" % field for field in fields)
    return pad(header + name) + pad(member.data)
