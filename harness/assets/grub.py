"""GRUB as an NBP for ia32 UEFI: what stands in where nobody has built a 32-bit iPXE.

The modules are trixie's (2.12): bookworm's GRUB (2.06) takes over the lease of
firmware that came by TFTP, but none from HTTP Boot. `grub-mkimage` is bookworm's,
which runs on every Debian since, with its own libraries beside it; nothing is
installed, so the machine's own boot loader is left alone.

The image holds no path: GRUB takes protocol, family and server from what the
firmware has fetched it by, and `grub.cfg` from there.
"""

import os
from pathlib import Path

from harness.assets.cache import Cache, key_of
from harness.assets.package import Package, Say, fetch_package, find_package, keep_quiet
from harness.errors import CommandError, PrerequisiteError
from harness.process import run

ASSET = "grub/ia32.efi"
MODULES_PACKAGE, MODULES_SUITE = "grub-efi-ia32-bin", "trixie"

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


def make_grub(*, cache: Cache, say: Say = keep_quiet) -> tuple[Path, str]:
    """Give the NBP and its version, made now when it was not made before."""
    modules = fetch_package(MODULES_PACKAGE, MODULES_SUITE, cache=cache, say=say)
    tools = [fetch_package(name, _TOOL_SUITE, cache=cache, say=say) for name in _TOOL_PACKAGES]
    packages = (modules, *tools)
    key = key_of(*(package.sha256 for package in packages), Path(__file__).read_bytes())
    made = cache.build(_KIND, key, lambda into: _make(modules, tools, into))
    return made / "grub.efi", modules.version


def has_parts(cache: Cache) -> bool:
    """Whether all that it is made of was fetched. Touches no network."""
    wanted = [(MODULES_PACKAGE, MODULES_SUITE), *((name, _TOOL_SUITE) for name in _TOOL_PACKAGES)]
    return all(find_package(name, suite, cache=cache) for name, suite in wanted)


def _make(modules: Package, tools: list[Package], into: Path) -> None:
    embedded = into / "embedded.cfg"
    embedded.write_text(_EMBEDDED)
    libraries = [str(tool.tree / place) for tool in tools for place in _LIBRARY_DIRS]
    command = [
        str(tools[0].path_of("usr/bin/grub-mkimage")),
        *("--format=i386-efi", f"--directory={modules.tree / 'usr/lib/grub/i386-efi'}"),
        # Empty, so that GRUB fills it in from where it came.
        *("--prefix=", f"--config={embedded}", f"--output={into / 'grub.efi'}"),
        *_MODULES,
    ]
    try:
        run(command, env={**os.environ, "LD_LIBRARY_PATH": ":".join(libraries)})
    except CommandError as error:
        raise PrerequisiteError(
            f"no 32-bit NBP can be made of GRUB {modules.version}", last_lines=error.last_lines
        ) from error
