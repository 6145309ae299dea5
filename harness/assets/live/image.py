"""The live image: Debian's kernel, live-boot's initramfs, and a root packed by squashfs.

Owns what is in it and how it is made: apt fetches the packages, mmdebstrap makes a root
of them, mksquashfs packs it. Each step can be stopped and taken up again: packages that
were fetched stay, and an image is there as a whole or not at all. Its key is made of
the packages' versions, of our files in it, and of the commands.
"""

import json
import shutil
import tarfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from os import environ
from pathlib import Path

from harness.assets import cpio
from harness.assets.apt import Apt
from harness.assets.cache import Cache, digest_of, key_of, sha256_of
from harness.assets.live.agent import SOURCE_DIR
from harness.assets.package import Say, fetch_all, keep_quiet, megabytes, write_json
from harness.assets.payload import KERNEL_PACKAGE, SUITE, Payload, only
from harness.errors import CommandError, PrerequisiteError
from harness.host import tools
from harness.process import run

PACKAGES = (
    *(KERNEL_PACKAGE, "live-boot", "live-boot-initramfs-tools", "systemd-sysv", "udev"),
    *("iproute2", "zstd"),
    *("dosfstools", "fdisk", "grub-efi-amd64-bin", "grub-pc-bin", "grub2-common"),
)
"""What makes it a live system, on top of Debian's smallest, and one that can install another."""

FETCH_MB = 120
BUILD_S = 100
"""About how much there is to fetch, and how long making it takes on two idle cores."""
_NEEDED_MIB = 1200

_BASE = ("?essential", "?priority(required)", "apt")
_ROOT_DIR = SOURCE_DIR / "root"
_KIND = "live"
_FACTS = "live.json"
_KERNEL, _INITRD, _SQUASHFS = "vmlinuz", "initrd.img", "filesystem.squashfs"
_VERSION, _MANIFEST = "version", "packages"
_EPOCH = "1700000000"
"""The time stamp of all in it: the same content gives the same bytes on any day."""
_BUILD_TIMEOUT_S = 1800.0

WITHOUT_UNUSED = tuple(
    f"--dpkgopt=path-exclude=/usr/share/{name}/*"
    for name in ("doc", "info", "lintian", "locale", "man", "zoneinfo")
)
"""Words for mmdebstrap: what nobody reads in a guest."""
_HOOKS = (
    'chmod 755 "$1"/usr/local/sbin/run-from-server',
    # Whole GRUBs, ready made and signed by nobody: grub-install makes its own.
    'rm -rf "$1"/usr/lib/grub/x86_64-efi/monolithic "$1"/usr/share/grub',
    'chroot "$1" systemctl --quiet enable serial-getty@ttyS0.service',
    'chroot "$1" systemctl --quiet mask apt-daily.timer apt-daily-upgrade.timer fstrim.timer',
    # live-boot writes there which card it has set up.
    'mkdir -p "$1"/etc/network',
    'rm -rf "$1"/boot/* "$1"/var/lib/apt/lists/* "$1"/var/cache/* "$1"/usr/lib/udev/hwdb.*',
    'rm -rf "$1"/var/log/*.log "$1"/var/log/apt "$1"/etc/machine-id',
    # Debian's live images are alike in that: the first boot makes one of its own.
    'echo uninitialized >"$1"/etc/machine-id',
)


_PACKING = 'mksquashfs - "$1" -tar -comp zstd -Xcompression-level 6 -noappend -quiet -no-progress'


@dataclass(frozen=True, kw_only=True)
class LiveImage(Payload):
    """A kernel and initramfs like the payload's, and the root that they ask for."""

    squashfs_path: Path
    squashfs_sha256: str
    squashfs_md5: str

    def files(self) -> tuple[tuple[Path, str], ...]:
        """Give each file with its hash."""
        return (*super().files(), (self.squashfs_path, self.squashfs_sha256))


def find_live_image(*, cache: Cache | None = None) -> LiveImage | None:
    """Give the image that was made before, if this recipe made it. Touches no network."""
    found = find_made(cache or Cache(), _KIND, _recipe())
    return _load(found) if found else None


def live_image(*, cache: Cache | None = None, say: Say = keep_quiet) -> LiveImage:
    """Give the image, from the cache or made now.

    Raises:
        PrerequisiteError: a tool, room or the mirror is missing; nothing half-made stays.
    """
    cache = cache or Cache()
    if found := find_live_image(cache=cache):
        return found
    tools.require("mmdebstrap", "mksquashfs", "apt-get")
    # apt's private state serves one process at a time.
    with cache.lock(f"apt-{SUITE}"):
        return _find_or_make(cache, say)


def _find_or_make(cache: Cache, say: Say) -> LiveImage:
    """Plan, fetch and make it, unless one of these very packages is there; lock held."""
    require_room(cache.dir)
    apt = Apt(suite=SUITE, state_dir=cache.dir / "apt" / SUITE)
    deb_dir = apt.state_dir / "live"
    planned = fetch_all(apt, (*_BASE, *PACKAGES), deb_dir, say)

    def make(into: Path) -> None:
        say(f"making the root of the live image from {len(planned)} packages (about {BUILD_S} s)")
        _make(apt, deb_dir, into, say)
        _write_facts(into)

    found = _load(make_of(cache, _KIND, _recipe(), planned, make))
    shutil.rmtree(deb_dir, ignore_errors=True)
    say(f"live image made: {megabytes(found.squashfs_path.stat().st_size)} of root")
    return found


def find_made(cache: Cache, kind: str, recipe: str) -> Path | None:
    """Give what was made last of this suite's packages, if this recipe made it."""
    made_by, _, key = (cache.read_ref(f"{kind}/{SUITE}") or "").partition(" ")
    return cache.find(kind, key) if made_by == recipe else None


def make_of(
    cache: Cache, kind: str, recipe: str, planned: Sequence[str], make: Callable[[Path], None]
) -> Path:
    """Make it of these packages, which it then lists, unless that was done; it is the last made."""
    key = key_of(recipe, *planned)

    def make_and_list(into: Path) -> None:
        make(into)
        (into / _MANIFEST).write_text("".join(f"{each}\n" for each in planned))

    made = cache.build(kind, key, make_and_list)
    cache.write_ref(f"{kind}/{SUITE}", f"{recipe} {key}")
    return made


def require_room(place: Path) -> None:
    """Raise a PrerequisiteError unless the disk has room for it, before anything is fetched."""
    existing = next(path for path in (place, *place.parents) if path.exists())
    free_mib = shutil.disk_usage(existing).free // 2**20
    if free_mib < _NEEDED_MIB:
        raise PrerequisiteError(
            f"{existing} has {free_mib} MiB free; making the live image takes {_NEEDED_MIB}",
            cure="free some, or set HARNESS_CACHE to a place with more",
        )


def _make(apt: Apt, deb_dir: Path, into: Path, say: Say) -> None:
    tar_path = into / "root.tar"
    boot_dir = into / "boot"
    boot_dir.mkdir()
    try:
        run_step([*_bootstrap(deb_dir, boot_dir), SUITE, str(tar_path), str(apt.sources_path)])
        say(f"packing the root, {megabytes(tar_path.stat().st_size)}")
        pack(tar_path, into / _SQUASHFS)
    except CommandError as error:
        raise PrerequisiteError(
            f"the live image could not be made: {error.argv[0]} failed",
            cure="the last lines say why; what was fetched stays for the next try",
            last_lines=error.last_lines,
        ) from error
    kernel, initrd = (only(boot_dir, f"boot/{name}-*") for name in ("vmlinuz", "initrd.img"))
    shutil.copyfile(kernel, into / _KERNEL)
    (into / _VERSION).write_text(kernel.name.partition("-")[2])
    (into / _INITRD).write_bytes(cpio.pad(initrd.read_bytes()))
    shutil.rmtree(boot_dir)
    tar_path.unlink()


def _bootstrap(deb_dir: Path, boot_dir: Path) -> Iterator[str]:
    """Give mmdebstrap's command line, up to its options' end."""
    yield from ("mmdebstrap", "--variant=minbase", "--format=tar")
    yield f"--include={','.join(PACKAGES)}"
    yield '--aptopt=APT::Install-Recommends "false"'
    yield from WITHOUT_UNUSED
    yield from from_fetched(deb_dir)
    yield f"--essential-hook=sync-in {_ROOT_DIR} /"
    yield f"--customize-hook=copy-out /boot {boot_dir}"
    yield from (f"--customize-hook={hook}" for hook in _HOOKS)


def from_fetched(deb_dir: Path) -> Iterator[str]:
    """Give the words that have mmdebstrap take what was fetched."""
    yield '--setup-hook=mkdir -p "$1"/var/cache/apt/archives'
    yield f"--setup-hook=sync-in {deb_dir} /var/cache/apt/archives"


def pack(tar_path: Path, squashfs_path: Path) -> None:
    """Pack a tar archive: owners and devices come from it, so that this needs no root."""
    with tarfile.open(tar_path) as tar:
        if not any(member.name.endswith("usr/lib/os-release") for member in tar):
            raise PrerequisiteError(f"{tar_path} holds no Debian system")
    run_step(["sh", "-c", f'{_PACKING} <"$2"', "sh", str(squashfs_path), str(tar_path)])


def run_step(argv: list[str]) -> None:
    """Run a step of the making, with one time stamp for all files."""
    own = {"SOURCE_DATE_EPOCH": _EPOCH, "LC_ALL": "C.UTF-8", "PATH": tools.search_path()}
    run(argv, timeout_s=_BUILD_TIMEOUT_S, env={**environ, **own})


def _write_facts(into: Path) -> None:
    facts = {
        "kernel_version": (into / _VERSION).read_text(),
        "kernel_sha256": sha256_of(into / _KERNEL),
        "initrd_sha256": sha256_of(into / _INITRD),
        "squashfs_sha256": sha256_of(into / _SQUASHFS),
        # What SystemRescueCd's initramfs compares: against damage, not malice.
        "squashfs_md5": digest_of(into / _SQUASHFS, "md5"),
    }
    for path in into.iterdir():
        if path.is_file():
            path.chmod(0o644)
    write_json(into / _FACTS, facts)


def _load(object_dir: Path) -> LiveImage:
    facts = json.loads((object_dir / _FACTS).read_text(encoding="utf-8"))
    return LiveImage(
        kernel_path=object_dir / _KERNEL,
        initrd_path=object_dir / _INITRD,
        squashfs_path=object_dir / _SQUASHFS,
        **facts,
    )


def _recipe() -> str:
    """Give the key of how it is made, without the packages' versions and this machine's places."""
    nowhere = Path()
    return recipe_key((*_bootstrap(nowhere, nowhere), _PACKING), _ROOT_DIR)


def recipe_key(steps: Iterable[str], root_dir: Path) -> str:
    """Give the key of how a root is made: these steps, with what lies in this directory."""
    files = sorted(path for path in root_dir.rglob("*") if path.is_file())
    own = (part for path in files for part in (path.name, path.read_bytes()))
    return key_of(*(step.replace(str(root_dir), "") for step in steps), _EPOCH, *own)
