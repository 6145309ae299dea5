"""What shows through of this host's files, below a lab's other layers.

As a rule the host's own directory is the lowest layer of an overlay. An ordinary
user's overlay may not have a directory below it in which the host has mounted
something (Linux, clone_private_mount: what the mount hides would be laid bare),
such as a container's /etc or a Docker host's /var; links stand for it then.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath

HOST_DIR = "/run/harness/host"
"""Where the directories are bound to that links stand for."""
_LIBVIRT_USER = "libvirt-qemu"
"""libvirt looks it up before it reads that it shall not be used."""
_UNUSED_ID = 64055


def accounts(also: Mapping[str, tuple[str, str]]) -> Mapping[str, str]:
    """Give the host's accounts, the one that libvirt insists on, and some by other names.

    `also`: name → the user and the group of the host's that it is to be.
    """
    users, groups = Path("/etc/passwd").read_text(), Path("/etc/group").read_text()
    users = _with_account(
        users, f"{_LIBVIRT_USER}:x:{_UNUSED_ID}:{_UNUSED_ID}::/nonexistent:/usr/sbin/nologin"
    )
    groups = _with_account(groups, f"{_LIBVIRT_USER}:x:{_UNUSED_ID}:")
    for name, (user, group) in also.items():
        users = _with_account(users, _renamed(users, user, name))
        groups = _with_account(groups, _renamed(groups, group, name))
    return {"etc/passwd": users, "etc/group": groups}


def _renamed(text: str, known: str, name: str) -> str:
    """Give the line of an account with another name; "" where it is not there."""
    line = next((each for each in text.splitlines() if each.startswith(f"{known}:")), "")
    return f"{name}:{line.partition(':')[2]}" if line else ""


def _with_account(text: str, line: str) -> str:
    lines = text.splitlines()
    name = line.partition(":")[0]
    known = not line or any(each.partition(":")[0] == name for each in lines)
    return "".join(f"{each}\n" for each in (lines if known else [*lines, line]))


def tops_with_mounts(mountinfo: str) -> frozenset[str]:
    """Give the top-level directories in which something is mounted."""
    places = (PurePosixPath(place).parts for place, _ in _mounts(mountinfo))
    return frozenset(parts[1] for parts in places if len(parts) > 2)


def writable_mounts(
    mountinfo: str, *, hidden: Iterable[str], linked: Iterable[str]
) -> Iterator[str]:
    """Give the places in the lab of the host's mounts that could be written to, such as /home.

    Those in `hidden` top-level directories are covered by what the lab mounts there, unless
    links lead to them.
    """
    for place, options in _mounts(mountinfo):
        top = "".join(PurePosixPath(place).parts[1:2])
        if place == "/" or "rw" not in options:
            continue
        if top in linked:
            yield f"{HOST_DIR}{place}"
        elif top not in hidden:
            yield place


def _mounts(mountinfo: str) -> Iterator[tuple[str, Sequence[str]]]:
    """Give place and options of each mount: columns 5 and 6 (Linux, proc(5) on mountinfo)."""
    for line in mountinfo.splitlines():
        place, options = line.split()[4:6]
        octal = re.compile(r"\\([0-7]{3})")
        yield octal.sub(lambda code: chr(int(code[1], 8)), place), options.split(",")


def link(links: Path, host: Path, joined: Sequence[Path]) -> None:
    """Fill a new directory with links to what `host` holds.

    A directory that one of the layers' directories in `joined` has too is made, for the
    overlay to join them, and filled in turn.
    """
    links.mkdir(parents=True)
    for child in host.iterdir():
        place = links / child.name
        deeper = [path / child.name for path in joined if (path / child.name).is_dir()]
        if child.is_symlink():
            place.symlink_to(child.readlink())
        elif deeper and child.is_dir():
            link(place, child, deeper)
        else:
            place.symlink_to(f"{HOST_DIR}{child}")
