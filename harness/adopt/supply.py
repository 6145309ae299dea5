"""What of the harness's own can lie in the place of a boot file that a site names and lacks."""

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from harness.examine.named import Named

_ASSETS = (
    (r"undionly", "ipxe/undionly.kpxe"),
    (r"snp(only)?[^/]*\.efi", "ipxe/snponly.efi"),
    (r"(ipxe|gpxe)[^/]*(32|i386|ia32)[^/]*\.efi", "grub/ia32.efi"),
    (r"(ipxe|gpxe)[^/]*\.efi", "ipxe/ipxe.efi"),
    (r"(ipxe|gpxe)[^/]*\.(pxe|kpxe|kkpxe|0)", "ipxe/ipxe.pxe"),
    (r"grub[^/]*(32|i386|ia32)[^/]*\.efi", "grub/ia32.efi"),
    # As grub-mknetdir calls it.
    (r"(grub[^/]*|core)\.efi", "grub@2.06/grubnetx64.efi.signed"),
    (r"[^/]*shell[^/]*(32|i386|ia32)[^/]*\.efi", "shell/shellia32.efi"),
    (r"[^/]*shell[^/]*\.efi", "shell/shellx64.efi"),
    (r"pxelinux\.0", "pxelinux/pxelinux.0"),
    (r"lpxelinux\.0", "pxelinux/lpxelinux.0"),
)
"""How the names of well-known loaders begin → the asset that stands for each; the first counts."""
_OTHER_MACHINES = re.compile(r"arm64|aarch64|aa64|arm32|riscv|loong", re.IGNORECASE)


_IA32 = re.compile(r"32|i386", re.IGNORECASE)
_CORES = {"efi64": "ldlinux.e64", "efi32": "ldlinux.e32"}
_MODULES = ("menu.c32", "libutil.c32")
"""Those of its menu as text, which a serial console can show."""


def asset_for(named: Named) -> str:
    """Give the asset for a file, by its own name or the one that machines know; "" for none."""
    for name in (named.path, named.asked.replace("\\", "/")):
        last = PurePosixPath(name).name.lower()
        if not _OTHER_MACHINES.search(last):
            for pattern, asset in _ASSETS:
                if re.match(pattern, last):
                    return asset
    path = PurePosixPath(named.path)
    if path.name.lower() == "syslinux.efi":
        return f"pxelinux/{'efi32' if _IA32.search(path.parent.name) else 'efi64'}/syslinux.efi"
    return ""


def beside(path: str, asset: str) -> Iterator[tuple[str, str]]:
    """Give what else such a program loads from its directory, and no file names: Syslinux' core."""
    if asset.startswith("pxelinux/"):
        build = PurePosixPath(asset).parent
        for name in (_CORES.get(build.name, "ldlinux.c32"), *_MODULES):
            yield str(PurePosixPath(path).with_name(name)), str(build / name)
