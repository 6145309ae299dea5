"""Which NFS server labs run here: the kernel's where it can serve from a lab, else nfs-ganesha.

Owns the choice and its reasons. The kernel's server is root's alone, and it is not loaded
for anybody: whoever wants it loads it.
"""

import platform
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from functools import cache
from pathlib import Path

from harness import process
from harness.errors import PrerequisiteError, UsageError
from harness.host import rights, tools
from harness.host.finding import Check, State

AUTO = "auto"
FILESYSTEMS = Path("/proc/filesystems")
MODULES_DIR = Path("/lib/modules")
KERNEL_TOOLS = ("exportfs", "rpc.nfsd", "rpc.mountd", "nfsdcld")
OVERLAY_OPTIONS = "nfs_export=on,redirect_dir=nofollow"
"""An overlay without a writable layer gives file handles only if it follows no redirects."""

_ENDS_WITH_LAB = (5, 13)
"""The Linux that ends its server's threads with the last mount of the file system `nfsd`, and
so with a lab (commit c6c7f2a84da4); an older one keeps threads and network namespace for ever."""

_PROBE = f"""
mount -t tmpfs probe /run
mkdir /run/lower /run/merged
lower=/run/lower
for place do
    mkdir "/run/$#"
    mount --bind "$place" "/run/$#"
    lower="$lower:/run/$#"
    shift
done
mount -t overlay probe -o "ro,{OVERLAY_OPTIONS},lowerdir=$lower" /run/merged
grep -q ' /run/merged overlay .*nfs_export=on' /proc/self/mounts
echo overlay
mount -t nfsd probe /proc/fs/nfsd
cat /proc/fs/nfsd/versions
"""
_HOST_DIR = Path("/srv")
"""Where the host itself has what a boot server serves."""


class NfsServer(Enum):
    """What serves NFS in a lab."""

    KERNEL = "kernel"
    GANESHA = "ganesha"

    @property
    def words(self) -> str:
        """What people call it."""
        return "the kernel's" if self is NfsServer.KERNEL else "nfs-ganesha"


@dataclass(frozen=True, kw_only=True)
class Lack:
    """One thing that the kernel's server would need here, and how to have it."""

    what: str
    cure: str


@dataclass(frozen=True, kw_only=True)
class NfsChoice:
    """Which server it is, and why."""

    server: NfsServer
    reason: str

    def __str__(self) -> str:
        """Say it, for people."""
        return f"{self.server.words} ({self.reason})"


def choose(requested: str, *, places: Iterable[Path] = ()) -> NfsChoice:
    """Choose the server: `auto`, `kernel` or `ganesha`.

    `places` are the directories whose files are served, besides the host's own.

    Raises:
        PrerequisiteError: the one that is asked for cannot serve here; names cause and cure.
        UsageError: there is no such server.
    """
    if requested not in (AUTO, *(server.value for server in NfsServer)):
        raise UsageError(f"no NFS server is called {requested}", cure="auto, kernel or ganesha")
    if requested == NfsServer.GANESHA.value:
        return NfsChoice(server=NfsServer.GANESHA, reason="asked for")
    lack = next(iter(kernel_lacks(places)), None)
    if lack is None:
        reason = "asked for" if requested != AUTO else f"Linux {platform.release()} has it"
        return NfsChoice(server=NfsServer.KERNEL, reason=reason)
    if requested == AUTO:
        return NfsChoice(server=NfsServer.GANESHA, reason=f"the kernel's cannot: {lack.what}")
    raise PrerequisiteError(
        f"the kernel's NFS server is asked for, and cannot serve here: {lack.what}", cure=lack.cure
    )


def describe(requested: str, *, places: Iterable[Path] = ()) -> str:
    """Say what `choose` chooses, or that it cannot."""
    try:
        return str(choose(requested, places=places))
    except PrerequisiteError as error:
        return error.what


def kernel_lacks(places: Iterable[Path]) -> tuple[Lack, ...]:
    """Give what the kernel's server lacks here; nothing when it can serve."""
    return tuple(known_lacks()) or _probe_lacks(frozenset(places))


def known_lacks(
    filesystems_path: Path = FILESYSTEMS,
    *,
    as_root: bool | None = None,
    release: str | None = None,
    modules_dir: Path = MODULES_DIR,
) -> Iterator[Lack]:
    """Give all that can be seen to be missing, without trying anything."""
    release = release or platform.release()
    if "nfsd" not in filesystems_path.read_text(encoding="ascii").split():
        yield _not_loaded(modules_dir / release / "modules.dep")
    missing = [tools.TOOLS[name] for name in KERNEL_TOOLS if tools.find(name) is None]
    if missing:
        names = ", ".join(tool.name for tool in missing)
        yield Lack(what=f"not installed: {names}", cure=tools.cure(missing))
    if tuple(map(int, re.findall(r"\d+", release)[:2])) < _ENDS_WITH_LAB:
        needed = ".".join(map(str, _ENDS_WITH_LAB))
        yield Lack(
            what=f"Linux {release} would keep its threads when a lab is gone",
            cure=f"Linux {needed} or newer",
        )
    if not (rights.is_root() if as_root is None else as_root):
        yield Lack(what="it is root's alone", cure="run as root (sudo make scenarios)")


def _not_loaded(modules_path: Path) -> Lack:
    """Say how nfsd can be had: by loading it, if a module of it is here."""
    if modules_path.exists() and "/nfsd.ko" in modules_path.read_text(errors="replace"):
        return Lack(what="this kernel has not loaded nfsd", cure="sudo modprobe nfsd")
    return Lack(
        what="this kernel has no nfsd, and no module of it is here",
        cure="run a kernel that has it, such as Debian's (in a container: sudo modprobe nfsd"
        " outside of it)",
    )


def check(*places: Path) -> Check:
    """Say which server labs have, and what the kernel's would take; no lab needs that one."""
    chosen = choose(AUTO, places=places)
    detail = f"labs have {chosen}"
    if chosen.server is NfsServer.GANESHA:
        cures = [lack.cure for lack in kernel_lacks(places)]
        detail += f"; no lab needs the kernel's; to have it: {', then '.join(cures)}"
    return Check(name="NFS server", state=State.OK, detail=detail)


@cache
def _probe_lacks(places: frozenset[Path]) -> tuple[Lack, ...]:
    """Try in namespaces of their own what a lab does: known by doing it."""
    there = (next(p for p in (place, *place.parents) if p.exists()) for place in sorted(places))
    done = process.run(
        [
            *(str(tools.path_of("unshare")), "--mount", "--net", "--propagation", "private"),
            *("sh", "-e", "-c", _PROBE, "sh", *map(str, there), str(_HOST_DIR)),
        ],
        check=False,
    )
    said = process.last_line(done.stderr)
    if "overlay" not in done.stdout:
        names = ", ".join(map(str, [*sorted(places), _HOST_DIR]))
        what = f"an overlay over {names} cannot be exported{': ' if said else ''}{said}"
        cure = "have them on ext4, xfs or btrfs, outside of containers and shared folders"
        return (Lack(what=what, cure=cure),)
    if done.exit_code != 0:
        cure = "run as root of the whole machine, outside of any container"
        return (Lack(what=f"its file system nfsd cannot be mounted: {said}", cure=cure),)
    return ()
