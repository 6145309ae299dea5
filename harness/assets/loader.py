"""The programs that a site asks to be supplied: Debian's iPXE, GRUB and UEFI Shell.

iPXE is taken from trixie (1.21.1), not from bookworm (2019). Both have what the site's
script needs: IPv6, HTTP, menus, `cpuid --ext 29`, `imgstat`, `config`, the
user class. What decides is UEFI: tried with the site's form of command line,
which has no `initrd=`, bookworm's ipxe.efi starts Linux *without its initrd*
and the boot ends in silence. 1.21 offers the initrd to the kernel by itself
(UEFI's LoadFile2), as an own build of the operator's would. The two legacy
loaders boot alike, but one version for all paths is one thing less to think of.
Price: on UEFI 1.21 asks once for `autoexec.ipxe` before its own DHCP.

No Debian package holds a 32-bit ipxe.efi; that comes with the site. The UEFI Shell
as a file of its own is in no suite before trixie.
"""

from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from harness.assets import grub
from harness.assets.cache import Cache, sha256_again
from harness.assets.layer import site_layer
from harness.assets.package import Asset, Say, fetch_package, keep_quiet
from harness.errors import PrerequisiteError, UsageError
from harness.site.files import is_operators

DEFAULT_SUITE = "trixie"

_FILES = {
    **{
        f"ipxe/{name}": ("ipxe", DEFAULT_SUITE, f"usr/lib/ipxe/{name}")
        for name in ("ipxe.efi", "snponly.efi", "undionly.kpxe", "ipxe.pxe")
    },
    **{
        f"shell/shell{arch}.efi": (
            *(f"efi-shell-{arch}", DEFAULT_SUITE),
            f"usr/share/efi-shell-{arch}/shell{arch}.efi",
        )
        for arch in ("x64", "ia32")
    },
    # 2.06 and 2.12: what the older one cannot do over HTTP is a site's to know.
    **{
        f"grub/{suite}/grubnetx64.efi.signed": (
            *("grub-efi-amd64-signed", suite),
            "usr/lib/grub/x86_64-efi-signed/grubnetx64.efi.signed",
        )
        for suite in ("bookworm", "trixie")
    },
}
"""Asset name → the package, its suite, and the file in it."""
PACKAGES = tuple(dict.fromkeys((package, suite) for package, suite, _ in _FILES.values()))
"""The packages that assets are taken from as they are, and their suites."""
PROGRAMS = (*_FILES, grub.ASSET)
"""The asset names of programs."""
SYSTEM = "debian/system.tar.zst"
"""What an installer unpacks."""
ASSETS = (*PROGRAMS, SYSTEM)
"""All asset names that a site may ask for."""


def find_loader(asset: str, *, cache: Cache | None = None, say: Say = keep_quiet) -> Asset:
    """Give a loader by its asset name, fetched when it must be."""
    cache = cache or Cache()
    if is_operators(asset):
        path = Path(asset)
        if not path.is_file():
            raise PrerequisiteError(f"there is no file {path}", cure="change [supply] in site.toml")
        return Asset(path=path, sha256=sha256_again(path))
    if asset not in ASSETS:
        raise UsageError(
            f"no asset is called {asset}",
            cure=f"one of: {', '.join(ASSETS)}; anything else is to lie in the site itself,"
            " or be named by its absolute path",
        )
    if asset == SYSTEM:
        from harness.assets.live import system

        return system.system(cache=cache, say=say)
    if asset == grub.ASSET:
        name, suite = grub.MODULES_PACKAGE, grub.MODULES_SUITE
        path, version = grub.make_grub(cache=cache, say=say)
    else:
        name, suite, file = _FILES[asset]
        package = fetch_package(name, suite, cache=cache, say=say)
        path, version = package.path_of(file), package.version
    return Asset(path=path, sha256=sha256_again(path), package=name, suite=suite, version=version)


def supply_layer(supply: Mapping[str, str], *, cache: Cache | None = None) -> Path:
    """Give a directory with the loaders at the site's paths, to lie below the site.

    `supply` maps a path in the site to an asset name, such as
    `srv/tftp/ipxe.efi` to `ipxe/ipxe.efi`.
    """
    found = {_inside(path): find_loader(asset, cache=cache) for path, asset in supply.items()}
    # An operator's own program may be built anew while a lab runs: its content, not a link.
    places = {p: each.path if each.package else each.path.read_bytes() for p, each in found.items()}
    return site_layer(places, cache=cache)


def _inside(path: str) -> str:
    """Give a path of the site in its shortest form; one that leads out of it is refused."""
    parts = PurePosixPath(path)
    if parts.is_absolute() or ".." in parts.parts or not parts.parts:
        raise UsageError(
            f"supplied path {path!r} is not inside the site", cure="write it like srv/tftp/ipxe.efi"
        )
    return str(parts)
