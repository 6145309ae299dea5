"""The small payload: Debian's cloud kernel and an initramfs that reports and powers off.

Owns what is in it and how it is made; the script that runs in it is
`harness/data/payload/init`.

* The kernel is Debian's own cloud build. It has virtio-net; it has *no*
  driver for e1000, e1000e, rtl8139 or 8139cp, so a guest with such a card
  boots it, but reports no address.
* DHCPv6 is dhcpcd's: Debian's busybox is built without udhcpc6. dhcpcd needs
  libc alone and is an eighth of dhclient's size. DHCPv4 is
  busybox's udhcpc.
* The initramfs is packed with gzip. Under emulation a vendor's PXE ROM moves
  1.1 MB a second, so 2.3 MB instead of 5.0 spare 2.5 s there; where iPXE has
  its own driver (17 MB/s) the 0.15 s spared and the 0.15 s to unpack are equal.
  zstd (1.7 MB) would spare 0.6 s more there alone, and ask for its tool; xz
  costs seconds to unpack.
"""

import gzip
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from harness.assets import cpio
from harness.assets.apt import AMD64, ARM64
from harness.assets.cache import Cache, key_of, sha256_of
from harness.assets.package import (
    Package,
    Say,
    fetch_package,
    find_package,
    keep_quiet,
    write_json,
)
from harness.data import DATA_DIR, read
from harness.errors import PrerequisiteError

SUITE = "bookworm"
"""The release that the payload is made from, whichever the machine runs."""


@dataclass(frozen=True, kw_only=True)
class Processor:
    """What the payload is for one kind of processor."""

    arch: str
    """By Debian's name."""
    libc: str
    """Where libc's package has it."""
    linker: str
    """Where programs look for what loads it, and its package has that."""

    @property
    def kernel_package(self) -> str:
        """What depends on the kernel of the day; that one is what is fetched."""
        return f"linux-image-cloud-{self.arch}"


X86_64 = Processor(
    arch=AMD64, libc="lib/x86_64-linux-gnu/libc.so.6", linker="lib64/ld-linux-x86-64.so.2"
)
AARCH64 = Processor(
    arch=ARM64, libc="lib/aarch64-linux-gnu/libc.so.6", linker="lib/ld-linux-aarch64.so.1"
)

KERNEL_PACKAGE = X86_64.kernel_package

MODULES = ("virtio_pci", "virtio_net", "virtio-rng")
"""What a guest needs; virtio-rng gives the DHCP clients random numbers at once."""

_LATER_MODULES = ("evdev", "button")
"""What one that stays loads then, in init, unless it is built in: they need no other."""

APPLETS = (
    *("acpid", "awk", "cat", "insmod", "ip", "mount", "nslookup", "ping", "poweroff", "reboot"),
    *("sh", "stty", "timeout", "tr", "udhcpc", "usleep", "wget"),
)

SOURCE_DIR = DATA_DIR / "payload"
_SOURCES = {
    "init": "init",
    "lease": "etc/harness/lease",
    "lease6": "etc/harness/lease6",
    "report.awk": "etc/harness/report.awk",
    "dhcpcd.conf": "etc/dhcpcd.conf",
    "power-button": "etc/acpi/PWRF/00000080",
}
_EXECUTABLE = frozenset({"init", "lease", "lease6", "power-button"})

_KIND = "payload"
_FACTS = "payload.json"
_KERNEL_IMAGE = re.compile(r"linux-image-[0-9][^\s,|(]*")
_DEPENDS = re.compile(rb"\0depends=([^\0]*)\0")


@dataclass(frozen=True, kw_only=True)
class Payload:
    """The files that a guest boots, and what they are."""

    kernel_path: Path
    kernel_sha256: str
    kernel_version: str
    initrd_path: Path
    """A multiple of four bytes long: `entry_archive` may be appended as it is."""
    initrd_sha256: str

    def files(self) -> tuple[tuple[Path, str], ...]:
        """Give each file with its hash."""
        return (self.kernel_path, self.kernel_sha256), (self.initrd_path, self.initrd_sha256)


_Image = TypeVar("_Image", bound=Payload)


@dataclass(frozen=True, kw_only=True)
class _Parts:
    """The packages that the payload is made from."""

    processor: Processor
    kernel: Package
    busybox: Package
    dhcpcd: Package
    libc: Package

    def key(self) -> str:
        """Give the payload's key: packages, sources and the recipe itself decide it."""
        packages = (self.kernel, self.busybox, self.dhcpcd, self.libc)
        recipe = (Path(__file__), Path(cpio.__file__), *(SOURCE_DIR / name for name in _SOURCES))
        return key_of(*(part.sha256 for part in packages), *map(read, recipe))


def entry_archive(*, token: str, entry: str) -> bytes:
    """Give the archive to append to the initrd: this run's token and the entry's name.

    The kernel unpacks archives one after the other, whatever the first was
    packed with; each must begin at a multiple of four bytes.
    """
    return cpio.archive(entry_members(token, entry))


def entry_members(token: str, entry: str) -> Iterator[cpio.Member]:
    """Give the files by which an initramfs knows this run's token and the entry."""
    yield cpio.file("etc/harness/token", f"{token}\n".encode())
    yield cpio.file("etc/harness/entry", f"{entry}\n".encode())


def initrd_archive(*, token: str, path: str) -> bytes:
    """Give the archive of an initrd that stands alone: this run's token and its own path.

    It names no entry, so the kernel's file says which was booted; by its hash, which the
    stub reports, this initrd is told from every other.
    """
    return cpio.archive(
        (
            cpio.file("etc/harness/token", f"{token}\n".encode()),
            cpio.file("etc/harness/initrd", f"{path}\n".encode()),
        )
    )


def payload(
    processor: Processor = X86_64, *, cache: Cache | None = None, say: Say = keep_quiet
) -> Payload:
    """Give the payload, from the cache or made now."""
    cache = cache or Cache()

    def fetch(name: str) -> Package:
        return fetch_package(name, SUITE, arch=processor.arch, cache=cache, say=say)

    parts = _gather(processor, fetch)
    return _load(cache.build(_KIND, parts.key(), lambda into: _make(parts, into)))


def whole(get: Callable[[], _Image], *, cache: Cache, say: Say) -> _Image:
    """Give an image after comparing its files with their hashes; a damaged one is made anew."""
    found = get()
    damaged = [path for path, sha256 in found.files() if sha256_of(path) != sha256]
    if not damaged:
        return found
    place = damaged[0].parent
    say(f"{damaged[0]} is damaged; making the {place.parent.name} anew")
    cache.discard(place.parent.name, place.name)
    return get()


def has_parts(cache: Cache) -> bool:
    """Whether all that the payload is made from was fetched. Touches no network."""

    def find(name: str) -> Package:
        if found := find_package(name, SUITE, cache=cache):
            return found
        raise LookupError(name)

    try:
        _gather(X86_64, find)
    except LookupError:
        return False
    return True


def _gather(processor: Processor, get: Callable[[str], Package]) -> _Parts:
    kernel = _KERNEL_IMAGE.match(get(processor.kernel_package).depends)
    if kernel is None:
        raise PrerequisiteError(f"{processor.kernel_package} of Debian {SUITE} names no kernel")
    return _Parts(
        processor=processor,
        kernel=get(kernel[0]),
        busybox=get("busybox-static"),
        dhcpcd=get("dhcpcd-base"),
        libc=get("libc6"),
    )


def _make(parts: _Parts, into: Path) -> None:
    kernel = only(parts.kernel.tree, "boot/vmlinuz-*")
    (into / "vmlinuz").write_bytes(kernel.read_bytes())
    # Without a time stamp: the same content gives the same bytes.
    packed = gzip.compress(cpio.archive(_members(parts)), mtime=0)
    (into / "initrd.img").write_bytes(cpio.pad(packed))
    for name in ("vmlinuz", "initrd.img"):
        # A web server's worker is to read them, whatever this process's umask is.
        (into / name).chmod(0o644)
    facts = {
        "kernel_version": parts.kernel.version,
        "kernel_sha256": sha256_of(into / "vmlinuz"),
        "initrd_sha256": sha256_of(into / "initrd.img"),
    }
    write_json(into / _FACTS, facts)


def _load(object_dir: Path) -> Payload:
    facts = json.loads((object_dir / _FACTS).read_text(encoding="utf-8"))
    return Payload(
        kernel_path=object_dir / "vmlinuz", initrd_path=object_dir / "initrd.img", **facts
    )


def _members(parts: _Parts) -> Iterator[cpio.Member]:
    # What mount points and dhcpcd need to be there.
    yield from map(cpio.directory, ("proc", "sys", "run/dhcpcd", "tmp", "var/lib/dhcpcd"))
    # The kernel opens it for /init before anything is mounted.
    yield cpio.character_device("dev/console", 5, 1)
    yield _copy(parts.busybox, "bin/busybox", "bin/busybox")
    yield from (cpio.symlink(f"bin/{applet}", "busybox") for applet in APPLETS)
    yield _copy(parts.dhcpcd, "usr/sbin/dhcpcd", "bin/dhcpcd")
    for path in (parts.processor.libc, parts.processor.linker):
        yield _copy(parts.libc, path, path)
    yield from _module_members(parts.kernel)
    for name, path in _SOURCES.items():
        yield cpio.file(path, read(SOURCE_DIR / name), executable=name in _EXECUTABLE)


def _copy(package: Package, source: str, target: str) -> cpio.Member:
    return cpio.file(target, package.path_of(source).read_bytes(), executable=True)


def _module_members(kernel: Package) -> Iterator[cpio.Member]:
    """Give the modules and the order in which they are to be loaded."""
    found = {module_name(path): path for path in kernel.tree.rglob("*.ko")}
    order = load_order(MODULES, {name: depends_of(path) for name, path in found.items()})
    names = [found[name].name for name in order]
    for name in (*order, *(name for name in _LATER_MODULES if name in found)):
        yield cpio.file(f"lib/modules/{found[name].name}", found[name].read_bytes())
    yield cpio.file("lib/modules/order", "".join(f"{name}\n" for name in names).encode())


def load_order(wanted: tuple[str, ...], depends: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Give `wanted` modules and all they need, each after what it needs."""
    order: dict[str, None] = {}

    def visit(name: str) -> None:
        for need in depends.get(name, ()):
            visit(need)
        order.setdefault(name)

    for name in wanted:
        visit(name.replace("-", "_"))
    if missing := [name for name in order if name not in depends]:
        raise PrerequisiteError(f"the payload's kernel has no module {', '.join(missing)}")
    return tuple(order)


def module_name(path: Path) -> str:
    """Give a module's name: the kernel takes `-` and `_` for the same."""
    return path.stem.replace("-", "_")


def depends_of(path: Path) -> tuple[str, ...]:
    """Read what a module needs from its .modinfo: Debian makes modules.dep at installation."""
    match = _DEPENDS.search(path.read_bytes())
    names = match[1].decode().split(",") if match else []
    return tuple(name.replace("-", "_") for name in names if name)


def only(tree: Path, pattern: str) -> Path:
    """Give the one file that matches."""
    found = sorted(tree.glob(pattern))
    if len(found) != 1:
        raise PrerequisiteError(f"{tree} has {len(found)} files {pattern}, not one")
    return found[0]
