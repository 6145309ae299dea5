"""The programs that a site asks to be supplied: Debian's iPXE, GRUB, PXELINUX, shim, UEFI Shell.

An asset is named by its release and file: `ipxe/ipxe.efi`, `ipxe@2.0/ipxe.efi`.

iPXE is taken from trixie (1.21.1), not from bookworm (2019), where no version is said. Both have
what the site's script needs: IPv6, HTTP, menus, `cpuid --ext 29`, `imgstat`, `config`, the
user class. What decides is UEFI: tried with the site's form of command line,
which has no `initrd=`, bookworm's ipxe.efi starts Linux *without its initrd*
and the boot ends in silence. 1.21 offers the initrd to the kernel by itself
(UEFI's LoadFile2), as an own build of the operator's would. The two legacy
loaders boot alike, but one version for all paths is one thing less to think of.
Price: on UEFI 1.21 asks once for `autoexec.ipxe` before its own DHCP.

No Debian package holds a 32-bit ipxe.efi; that comes with the site. The UEFI Shell
as a file of its own is in no suite before trixie.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath

from harness.assets import catalogue, grub
from harness.assets.cache import Cache, sha256_again
from harness.assets.catalogue import AT, Part, Release
from harness.assets.layer import site_layer
from harness.assets.own_build import is_own, newest
from harness.assets.package import Asset, Say, fetch_package, keep_quiet
from harness.errors import PrerequisiteError, UsageError
from harness.loaders.grub import IA32
from harness.site import Site
from harness.site.files import is_operators

DEFAULT_SUITE = "trixie"

_USUAL = {
    f"{name}/{file}": (package, each.suite)
    for name, each in (
        *((each.name, each) for each in catalogue.RELEASES if each.suite == DEFAULT_SUITE),
        *((f"{each.name}{AT}{each.suite}", each) for each in catalogue.RELEASES),
    )
    if each.part is Part.LOADER
    and name in ("ipxe", "shell", "grub", f"grub{AT}bookworm", "pxelinux")
    for file, (package, _) in each.files.items()
}
PACKAGES = tuple(dict.fromkeys(_USUAL.values()))
"""The packages of what sites usually ask for, and their suites."""
PROGRAMS = (*_USUAL, IA32)
"""The names of what sites usually ask for, of programs."""
SYSTEM = "debian/system.tar.zst"
"""What an installer unpacks."""
_OLD = re.compile(r"(?P<name>[^/@]+)/(?P<suite>[^/]+)/(?P<file>[^/]+)")
"""How a release was named before it had versions."""


def find_loader(asset: str, *, cache: Cache | None = None, say: Say = keep_quiet) -> Asset:
    """Give a loader by its asset name, fetched when it must be.

    Raises:
        UsageError: no asset is called so.
        PrerequisiteError: it cannot be had.
    """
    cache = cache or Cache()
    if is_operators(asset):
        path = Path(asset)
        if not path.is_file():
            raise PrerequisiteError(f"there is no file {path}", cure="change [supply] in site.toml")
        return Asset(path=path, sha256=sha256_again(path))
    if asset == SYSTEM:
        from harness.assets.live import system

        return system.system(cache=cache, say=say)
    if (build := grub.BUILDS.get(asset)) is not None:
        name, suite = build.package, build.suite
        path, version = grub.make_grub(asset, cache=cache, say=say)
    else:
        release, file = _of_release(asset, cache, say)
        suite, (name, place) = release.suite, release.files[file]
        package = fetch_package(name, suite, cache=cache, say=say)
        path, version = package.path_of(place), package.version
    return Asset(path=path, sha256=sha256_again(path), package=name, suite=suite, version=version)


def _of_release(asset: str, cache: Cache, say: Say) -> tuple[Release, str]:
    """Give the release that an asset is of, and its file."""
    word, _, file = asset.partition("/")
    names = {each.name for each in catalogue.RELEASES if each.part is Part.LOADER}
    if word.partition(AT)[0] in names and not catalogue.is_pattern(word):
        release = catalogue.find(word, Part.LOADER, cache=cache, say=say)
        if file in release.files:
            return release, file
    old = _OLD.fullmatch(asset)
    hint = f"it is {old['name']}{AT}{old['suite']}/{old['file']} now; " if old else ""
    known = (
        f"{each.name}/{file}"
        for each in catalogue.RELEASES
        for file in each.files
        if each.part is Part.LOADER
    )
    raise UsageError(
        f"no asset is called {asset}",
        cure=f"{hint}one of: {', '.join(dict.fromkeys((*known, *grub.BUILDS, SYSTEM)))}, with a"
        f" version as in ipxe{AT}2.0/ipxe.efi; anything else is to lie in the site itself,"
        " or be named by its absolute path",
    )


def with_loaders(site: Site, words: Sequence[str]) -> Site:
    """Give a site whose supplied loaders are taken from these releases, or from own directories.

    Raises:
        UsageError: the site is supplied with nothing that one of them has.
    """
    if not words:
        return site  # itself: what is known of its daemons is found out once for all scenarios
    supply = dict(site.supply)
    for word in words:
        changed = {path: _instead(asset, word) for path, asset in supply.items()}
        if not any(changed.values()):
            raise UsageError(
                f"the site {site.name} is supplied with nothing that {word} could stand for: "
                + (", ".join(supply.values()) or "its loaders are its own"),
                cure="name a loader that [supply] of site.toml does, or change that",
            )
        supply |= {path: asset for path, asset in changed.items() if asset}
    return replace(site, supply=supply)


def _instead(asset: str, word: str) -> str:
    """Give the asset that stands for one where a release or directory is chosen; "" for none."""
    name, _, file = asset.partition("/")
    if is_operators(asset):
        return ""
    if is_own(word):
        own = newest(Path(word), (file,))
        return str(own) if own else ""
    release = catalogue.find(word, Part.LOADER)
    is_of_it = release.name == name.partition(AT)[0] and file in release.files
    return f"{word}/{file}" if is_of_it else ""


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
