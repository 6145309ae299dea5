"""GRUB as an NBP for UEFI, made where Debian has none that a site's could be.

For ia32 it stands in where nobody has built a 32-bit iPXE; its modules are trixie's (2.12):
bookworm's GRUB (2.06) takes over the lease of firmware that came by TFTP, but none from HTTP
Boot. For x64 it stands in for the GRUBs of distributions, which look for their menu beside
themselves, and of `grub-mknetdir`, as Debian's signed one does not; its modules are bookworm's,
which know `linuxefi`. `grub-mkimage` is bookworm's, which runs on every Debian since, with its
own libraries beside it; nothing is installed, so the machine's own boot loader is left alone.

GRUB takes protocol, family and server from what the firmware has fetched it by.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from harness.assets.cache import Cache, key_of
from harness.assets.package import Package, Say, fetch_package, find_package, keep_quiet
from harness.errors import CommandError, PrerequisiteError
from harness.loaders.grub import IA32, MADE, MKNETDIR_X64, X64
from harness.process import run


@dataclass(frozen=True, kw_only=True)
class Build:
    """One way to make an image of GRUB."""

    package: str
    """Debian's package of the modules, and the suite that it is taken from."""
    suite: str
    format: str
    """GRUB's word for the machine."""
    more: tuple[str, ...] = ()
    """The modules that it has besides the usual."""


_X64_MODULES = (
    *("linuxefi", "search", "search_fs_file", "search_fs_uuid", "search_label", "true"),
    *("part_gpt", "part_msdos", "fat", "ext2", "iso9660", "loadenv", "ls", "cat", "read"),
    *("serial", "terminal", "gzio", "all_video", "gfxterm", "font"),
)
"""What menus for machines with disks of their own use; Debian's signed one has these, too."""
_FOR_X64 = Build(
    package="grub-efi-amd64-bin", suite="bookworm", format="x86_64-efi", more=_X64_MODULES
)
BUILDS: Mapping[str, Build] = {
    IA32: Build(package="grub-efi-ia32-bin", suite="trixie", format="i386-efi"),
    X64: _FOR_X64,
    MKNETDIR_X64: _FOR_X64,
}
"""Asset → how it is made."""

_TOOL_SUITE = "bookworm"
_TOOL_PACKAGES = ("grub-common", "liblzma5", "libdevmapper1.02.1")
_LIBRARY_DIRS = ("lib/x86_64-linux-gnu", "usr/lib/x86_64-linux-gnu")
_MODULES = (
    *("efinet", "tftp", "http", "normal", "configfile", "linux", "chain"),
    *("regexp", "echo", "test", "sleep", "minicmd", "reboot", "halt"),
)
"""`regexp` writes a MAC address with hyphens; `chain` starts EFI programs."""
_EMBEDDED = "configfile $prefix/grub.cfg\n"
_KIND = "grub"


def make_grub(asset: str, *, cache: Cache, say: Say = keep_quiet) -> tuple[Path, str]:
    """Give the NBP and its version, made now when it was not made before."""
    build = BUILDS[asset]
    modules = fetch_package(build.package, build.suite, cache=cache, say=say)
    tools = [fetch_package(name, _TOOL_SUITE, cache=cache, say=say) for name in _TOOL_PACKAGES]
    packages = (modules, *tools)
    key = key_of(asset, *(package.sha256 for package in packages), Path(__file__).read_bytes())
    made = cache.build(_KIND, key, lambda into: _make(asset, modules, tools, into))
    return made / "grub.efi", modules.version


def has_parts(cache: Cache, asset: str = IA32) -> bool:
    """Whether all that it is made of was fetched. Touches no network."""
    build = BUILDS[asset]
    wanted = [(build.package, build.suite), *((name, _TOOL_SUITE) for name in _TOOL_PACKAGES)]
    return all(find_package(name, suite, cache=cache) for name, suite in wanted)


def _make(asset: str, modules: Package, tools: list[Package], into: Path) -> None:
    build = BUILDS[asset]
    embedded = into / "embedded.cfg"
    embedded.write_text(_EMBEDDED)
    libraries = [str(tool.tree / place) for tool in tools for place in _LIBRARY_DIRS]
    command = [
        str(tools[0].path_of("usr/bin/grub-mkimage")),
        f"--format={build.format}",
        f"--directory={modules.tree / 'usr/lib/grub' / build.format}",
        # Where it is empty, GRUB fills it in from where it came.
        *(f"--prefix={MADE[asset]}", f"--config={embedded}", f"--output={into / 'grub.efi'}"),
        *_MODULES,
        *build.more,
    ]
    try:
        run(command, env={**os.environ, "LD_LIBRARY_PATH": ":".join(libraries)})
    except CommandError as error:
        raise PrerequisiteError(
            f"no NBP for {build.format} can be made of GRUB {modules.version}",
            last_lines=error.last_lines,
        ) from error
