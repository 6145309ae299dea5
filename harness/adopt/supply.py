"""What of the harness's own can lie in the place of a boot file that a site names and lacks."""

import re
from collections.abc import Collection, Iterator
from pathlib import PurePosixPath

from harness.examine.named import Named
from harness.loaders.grub import BEHIND_SHIM, IA32, MKNETDIR_X64, SIGNED_MENU, X64
from harness.loaders.pxelinux.modules import CORES, libraries_of, modules_of
from harness.site.files import Files

_SIGNED = "grub@2.06/grubnetx64.efi.signed"
_SHIM = "shim/shimx64.efi.signed"

_ASSETS = (
    (r"undionly", "ipxe/undionly.kpxe"),
    (r"snp(only)?[^/]*\.efi", "ipxe/snponly.efi"),
    (r"(ipxe|gpxe)[^/]*(32|i386|x86(?![_-]?64))[^/]*\.efi", IA32),
    (r"(ipxe|gpxe)[^/]*\.efi", "ipxe/ipxe.efi"),
    (r"(ipxe|gpxe)[^/]*\.(pxe|kpxe|kkpxe|0)", "ipxe/ipxe.pxe"),
    (r"grub[^/]*(32|i386|x86(?![_-]?64))[^/]*\.efi", IA32),
    # As grub-mknetdir calls it.
    (r"(grub[^/]*|core)\.efi", _SIGNED),
    (r"shim([^/]*x64[^/]*)?\.efi(\.signed)?|bootx64\.efi", _SHIM),
    (r"[^/]*shell[^/]*(32|i386|ia32)[^/]*\.efi", "shell/shellia32.efi"),
    (r"[^/]*shell[^/]*\.efi", "shell/shellx64.efi"),
    (r"pxelinux\.0", "pxelinux/pxelinux.0"),
    (r"lpxelinux\.0", "pxelinux/lpxelinux.0"),
)
"""How the names of well-known loaders begin → the asset that stands for each; the first counts."""
_OTHER_MACHINES = re.compile(r"arm(32|64)|aarch64|aa64|riscv|loong", re.IGNORECASE)
_IA32 = re.compile(r"32|i386", re.IGNORECASE)
_FOR_X64 = frozenset({"ipxe/ipxe.efi", "ipxe/snponly.efi", _SIGNED})
"""What GRUB for 32-bit UEFI stands in for, in a directory of that name."""


def asset_for(named: Named, files: Files) -> str:
    """Give the asset for a file, by its own name or the one that machines know; "" for none."""
    for name in (named.path, named.asked.replace("\\", "/")):
        last, within = PurePosixPath(name).name.lower(), PurePosixPath(name).parent.name
        if not _OTHER_MACHINES.search(f"{within}/{last}"):
            for pattern, asset in _ASSETS:
                if re.match(pattern, last):
                    if asset in _FOR_X64 and _IA32.search(within):
                        return IA32
                    return _grub(named, files) if asset == _SIGNED else asset
    path = PurePosixPath(named.path)
    if path.name.lower() == "syslinux.efi":
        return f"pxelinux/{'efi32' if _IA32.search(path.parent.name) else 'efi64'}/syslinux.efi"
    return ""


def beside(
    named: Named, asset: str, files: Files, modules: Collection[str]
) -> Iterator[tuple[str, str]]:
    """Give what else such a program loads from its directory.

    Syslinux loads its core, and of `modules` what its configurations name; shim the GRUB beside it.
    """
    path = PurePosixPath(named.path)
    if asset == _SHIM:
        yield str(path.with_name(BEHIND_SHIM)), _grub(named, files)
    if asset.startswith("pxelinux/"):
        yield from _of_syslinux(path.parent, PurePosixPath(asset).parent, modules)


def _of_syslinux(
    here: PurePosixPath, build: PurePosixPath, modules: Collection[str]
) -> Iterator[tuple[str, str]]:
    """Give the core of a build, and its modules with the libraries that each takes in."""
    kind = build.name if build.name in CORES else "bios"
    libraries = dict.fromkeys(e for each in modules for e in libraries_of(PurePosixPath(each).name))
    for name in (CORES[kind], *modules, *libraries):
        own = PurePosixPath(name).name
        if own == CORES[kind] or own in modules_of(kind):
            yield str(here / name.lstrip("/")), str(build / own)


def _grub(named: Named, files: Files) -> str:
    """Give the GRUB for x64 that takes its menu from where this server has one."""
    root, own = named.path.removesuffix(named.asked.lstrip("/")), PurePosixPath(named.path).parent
    if files.has(f"{root}{SIGNED_MENU}"):
        return _SIGNED
    if files.has(str(own / "grub.cfg")):
        return X64
    return MKNETDIR_X64 if str(own).endswith("boot/grub/x86_64-efi") else _SIGNED
