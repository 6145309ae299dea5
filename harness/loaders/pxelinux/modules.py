"""PXELINUX's modules, and the libraries that each takes in beside itself (Syslinux 5 and later).

What Debian's 6.04 says of them itself (`DT_NEEDED`), of those that configurations name.
"""

from collections.abc import Iterator, Mapping

_COM, _UTIL, _GPL, _MENU = "libcom32.c32", "libutil.c32", "libgpl.c32", "libmenu.c32"
_NEEDS: Mapping[str, tuple[str, ...]] = {
    "chain.c32": (_COM, _UTIL),
    "cmd.c32": (_COM,),
    "config.c32": (_COM,),
    "ethersel.c32": (_COM,),
    "gfxboot.c32": (_COM,),
    "hdt.c32": (_COM, _UTIL, _GPL, _MENU),
    "ifcpu.c32": (_COM, _UTIL, _GPL),
    "ifcpu64.c32": (_COM,),
    "ifplop.c32": (_COM,),
    "linux.c32": (_COM,),
    "mboot.c32": (_COM,),
    "menu.c32": (_UTIL,),
    "poweroff.c32": (),
    "pxechn.c32": (_COM, _UTIL),
    "reboot.c32": (_COM,),
    "rosh.c32": (_COM, _UTIL),
    "vesamenu.c32": (_COM, _UTIL),
    "whichsys.c32": (_COM,),
}
_FOR_BIOS = frozenset({"ethersel.c32", "ifplop.c32", "poweroff.c32", "pxechn.c32"})
CORES: Mapping[str, str] = {
    "bios": "ldlinux.c32",
    "efi64": "ldlinux.e64",
    "efi32": "ldlinux.e32",
}
"""What each build takes in before anything else."""


def modules_of(build: str) -> tuple[str, ...]:
    """Give all that Debian has of a build and configurations name, with their libraries."""
    known = {*_NEEDS, _COM, _UTIL, _GPL, _MENU}
    return tuple(sorted(known if build == "bios" else known - _FOR_BIOS))


def libraries_of(module: str) -> Iterator[str]:
    """Give what a module needs beside itself; nothing of one that nobody knows."""
    yield from _NEEDS.get(module.lower(), ())
