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

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from harness.assets import grub
from harness.assets.cache import Cache, key_of, sha256_of
from harness.assets.package import Say, fetch_package, keep_quiet
from harness.errors import PrerequisiteError, UsageError
from harness.site.files import is_operators

DEFAULT_SUITE = "trixie"
IPXE, SHELL, SHELL_IA32 = "ipxe", "efi-shell-x64", "efi-shell-ia32"
SIGNED_GRUB = "grub-efi-amd64-signed"
_SIGNED_SUITES = ("bookworm", "trixie")
"""2.06 and 2.12: what the older one cannot do over HTTP is a site's to know."""

_FILES = {
    **{
        f"ipxe/{name}": (IPXE, f"usr/lib/ipxe/{name}")
        for name in ("ipxe.efi", "snponly.efi", "undionly.kpxe", "ipxe.pxe")
    },
    "shell/shellx64.efi": (SHELL, f"usr/share/{SHELL}/shellx64.efi"),
    "shell/shellia32.efi": (SHELL_IA32, f"usr/share/{SHELL_IA32}/shellia32.efi"),
}
"""Asset name → the package, and the file in it; of `DEFAULT_SUITE`, or of these below."""
_OF_SUITE = {
    f"grub/{suite}/grubnetx64.efi.signed": (
        SIGNED_GRUB,
        "usr/lib/grub/x86_64-efi-signed/grubnetx64.efi.signed",
        suite,
    )
    for suite in _SIGNED_SUITES
}
"""Asset name → the package, the file in it, and the suite."""
PACKAGES = (
    *((name, DEFAULT_SUITE) for name in (IPXE, SHELL, SHELL_IA32)),
    *((name, suite) for name, _, suite in _OF_SUITE.values()),
)
"""The packages that assets are taken from as they are, and their suites."""
_KIND = "supply"

PROGRAMS = (*_FILES, *_OF_SUITE, grub.ASSET)
"""The asset names that a site may ask for."""


@dataclass(frozen=True, kw_only=True)
class SuppliedProgram:
    """A program's file and what identifies it in evidence."""

    asset: str
    package: str
    suite: str
    version: str
    path: Path
    sha256: str


def find_loader(
    asset: str, *, suite: str = DEFAULT_SUITE, cache: Cache | None = None, say: Say = keep_quiet
) -> SuppliedProgram:
    """Give a loader by its asset name, fetched when it must be.

    Raises:
        UsageError: no such asset.
        PrerequisiteError: it is not here and cannot be fetched.
    """
    if asset == grub.ASSET:
        return _made_grub(cache or Cache(), say)
    if is_operators(asset):
        return _operators(Path(asset))
    if asset not in PROGRAMS:
        raise UsageError(
            f"no asset is called {asset}",
            cure=f"one of: {', '.join(PROGRAMS)}; anything else is to lie in the site itself,"
            " or be named by its absolute path",
        )
    name, file, suite = _OF_SUITE.get(asset) or (*_FILES[asset], suite)
    package = fetch_package(name, suite, cache=cache, say=say)
    path = package.path_of(file)
    return SuppliedProgram(
        asset=asset,
        package=name,
        suite=suite,
        version=package.version,
        path=path,
        sha256=sha256_of(path),
    )


def _operators(path: Path) -> SuppliedProgram:
    """Give a file of the operator's own: nobody knows its version.

    Raises:
        PrerequisiteError: it is not there.
    """
    if not path.is_file():
        raise PrerequisiteError(f"there is no file {path}", cure="change [supply] in site.toml")
    sha256 = sha256_of(path)
    return SuppliedProgram(
        asset=str(path), package="", suite="", version="", path=path, sha256=sha256
    )


def _made_grub(cache: Cache, say: Say) -> SuppliedProgram:
    """Give the loader that is made, not fetched."""
    path, version = grub.make_grub(cache=cache, say=say)
    return SuppliedProgram(
        asset=grub.ASSET,
        package=grub.MODULES_PACKAGE,
        suite=grub.MODULES_SUITE,
        version=version,
        path=path,
        sha256=sha256_of(path),
    )


def supply_layer(
    supply: Mapping[str, str],
    *,
    suite: str = DEFAULT_SUITE,
    cache: Cache | None = None,
    say: Say = keep_quiet,
) -> Path:
    """Give a directory with the loaders at the site's paths, to lie below the site.

    `supply` maps a path in the site to an asset name, such as
    `srv/tftp/ipxe.efi` to `ipxe/ipxe.efi`. Everybody may read what is in it;
    nobody is to write there: other labs share it.
    """
    cache = cache or Cache()
    loaders = {
        _inside(path): find_loader(asset, suite=suite, cache=cache, say=say)
        for path, asset in sorted(supply.items())
    }
    key = key_of(*(part for path, loader in loaders.items() for part in (path, loader.sha256)))
    return cache.build(_KIND, key, lambda into: _lay_out(loaders, into))


def _inside(path: str) -> str:
    """Give a path of the site in its shortest form.

    Raises:
        UsageError: it leads out of the site.
    """
    parts = PurePosixPath(path)
    if parts.is_absolute() or ".." in parts.parts or not parts.parts:
        raise UsageError(
            f"supplied path {path!r} is not inside the site", cure="write it like srv/tftp/ipxe.efi"
        )
    return str(parts)


def _lay_out(loaders: Mapping[str, SuppliedProgram], into: Path) -> None:
    """Copy each loader to its place, readable whatever this process's umask is."""
    for path, loader in loaders.items():
        target = into / path
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(loader.path, target)
        target.chmod(0o644)
    for directory in (into, *(path for path in into.rglob("*") if path.is_dir())):
        directory.chmod(0o755)
