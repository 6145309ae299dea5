"""The system that an installer unpacks: Debian's smallest with a kernel, as one tar archive.

Owns what is in it and how it is made: by mmdebstrap, as the live image is, and of the same
suite's packages. It has what is essential, systemd as Debian's own init, and an initramfs that
finds an ext4 root on a virtio disk. It has no boot loader and no name: who installs it gives it
both. Modules of hardware that no guest has are left out, which is most of the kernel's package.
"""

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from harness.assets.apt import Apt
from harness.assets.cache import Cache, sha256_of
from harness.assets.live import image
from harness.assets.live.agent import SOURCE_DIR
from harness.assets.package import Asset, Say, fetch_all, keep_quiet, megabytes, write_json
from harness.assets.payload import KERNEL_PACKAGE, SUITE
from harness.errors import CommandError, PrerequisiteError
from harness.host import tools

PACKAGES = (KERNEL_PACKAGE, "systemd-sysv", "udev", "initramfs-tools", "zstd")
FETCH_MB = 80
BUILD_S = 60
"""About how much there is to fetch, and how long making it takes on two idle cores."""

_BASE = "?essential"
_FILE = "system.tar.zst"
_KIND = "system"
_FACTS = "system.json"
_ROOT_DIR = SOURCE_DIR / "system"
_DRIVEN = (
    *("arch/x86/crypto", "crypto", "drivers/block", "drivers/net/net_failover", "drivers/virtio"),
    *("drivers/net/virtio_net", "drivers/char/hw_random", "fs/autofs", "fs/efivarfs", "fs/ext4"),
    *("fs/fat", "fs/jbd2", "fs/mbcache", "fs/nls", "lib", "net/core", "net/packet"),
)
"""The modules that a guest has a use for."""
_HOOKS = (
    'rm -rf "$1"/var/lib/apt/lists/* "$1"/var/cache/* "$1"/usr/lib/udev/hwdb.*',
    'rm -rf "$1"/var/log/*.log "$1"/var/log/apt "$1"/etc/hostname "$1"/etc/machine-id',
    'echo uninitialized >"$1"/etc/machine-id',
)
_PACKING = ("zstd", "--quiet", "-9", "-T0")


@dataclass(frozen=True, kw_only=True)
class _Place:
    """Where it is made."""

    apt: Apt
    deb_dir: Path


def find_system(*, cache: Cache | None = None) -> Asset | None:
    """Give the archive that was made before, if this recipe made it. Touches no network."""
    found = image.find_made(cache or Cache(), _KIND, _recipe())
    return _load(found) if found else None


def system(*, cache: Cache | None = None, say: Say = keep_quiet) -> Asset:
    """Give the archive, from the cache or made now.

    Raises:
        PrerequisiteError: a tool, room or the mirror is missing; nothing half-made stays.
    """
    cache = cache or Cache()
    if found := find_system(cache=cache):
        return found
    tools.require("mmdebstrap", "zstd", "apt-get")
    # apt's private state serves one process at a time.
    with cache.lock(f"apt-{SUITE}"):
        return find_system(cache=cache) or _make(cache, say)


def _make(cache: Cache, say: Say) -> Asset:
    image.require_room(cache.dir)
    apt = Apt(suite=SUITE, state_dir=cache.dir / "apt" / SUITE)
    place = _Place(apt=apt, deb_dir=apt.state_dir / _KIND)
    planned = fetch_all(apt, (_BASE, *PACKAGES), place.deb_dir, say)

    def make(into: Path) -> None:
        say(f"making the system to be installed of {len(planned)} packages (about {BUILD_S} s)")
        _build(place, into)
        versions = dict(each.split("=", 1) for each in planned)
        facts = {"version": versions["base-files"], "sha256": sha256_of(into / _FILE)}
        write_json(into / _FACTS, facts)

    found = _load(image.make_of(cache, _KIND, _recipe(), planned, make))
    shutil.rmtree(place.deb_dir, ignore_errors=True)
    say(f"the system to be installed is made: {megabytes(found.path.stat().st_size)}")
    return found


def _build(place: _Place, into: Path) -> None:
    tar_path, packed_path = into / "root.tar", into / _FILE
    command = [*_bootstrap(place.deb_dir), SUITE, str(tar_path), str(place.apt.sources_path)]
    try:
        image.run_step(command)
        image.run_step([*_PACKING, str(tar_path), "-o", str(packed_path)])
    except CommandError as error:
        raise PrerequisiteError(
            f"the system to be installed could not be made: {error.argv[0]} failed",
            cure="the last lines say why; what was fetched stays for the next try",
            last_lines=error.last_lines,
        ) from error
    tar_path.unlink()
    packed_path.chmod(0o644)


def _bootstrap(deb_dir: Path) -> Iterator[str]:
    """Give mmdebstrap's command line, up to its options' end."""
    yield from ("mmdebstrap", "--variant=essential", "--format=tar")
    yield f"--include={','.join(PACKAGES)}"
    yield '--aptopt=APT::Install-Recommends "false"'
    yield from image.WITHOUT_UNUSED
    yield "--dpkgopt=path-exclude=/lib/modules/*/kernel/*"
    yield from (f"--dpkgopt=path-include=/lib/modules/*/kernel/{name}*" for name in _DRIVEN)
    yield from image.from_fetched(deb_dir)
    yield f"--essential-hook=sync-in {_ROOT_DIR} /"
    yield from (f"--customize-hook={hook}" for hook in _HOOKS)


def _load(object_dir: Path) -> Asset:
    facts = json.loads((object_dir / _FACTS).read_text(encoding="utf-8"))
    return Asset(path=object_dir / _FILE, package="debian", suite=SUITE, **facts)


def _recipe() -> str:
    """Give the key of how it is made, without the packages' versions and this machine's places."""
    return image.recipe_key((*_bootstrap(Path()), *_PACKING), _ROOT_DIR)
