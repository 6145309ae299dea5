"""What there is of firmware, loaders, option ROMs and QEMU, by name and version: `ipxe@2.0`.

One list for all of them. A release is what one suite of Debian has of something. Its version is
not written here but read from the package, so that a name never tells a version that it no
longer is: without a network once the package was fetched, from Debian's lists before that.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from fnmatch import fnmatchcase
from itertools import product
from pathlib import Path

from harness.assets.apt import host_suite
from harness.assets.cache import Cache
from harness.assets.own_build import is_own
from harness.assets.package import (
    Say,
    fetch_package,
    find_package,
    installed_version,
    keep_quiet,
    listed_version,
)
from harness.assets.qemu import EMULATOR, Qemu, fetch_qemu, find_qemu, installed_qemu, own_qemu
from harness.errors import UsageError
from harness.loaders.pxelinux.modules import CORES, modules_of
from harness.machines import MACHINES, FirmwareOrigin

AT = "@"
"""Between a name and its version, or the suite that it is of."""
_PATTERN = re.compile(r"[*?[]")
_SIGNED = re.compile(r"\+(\d+\.[\d.]*\d)-\d")
"""What was signed, in the version of a package that holds the signed form: `1.44+15.8-1`."""
_LISTED: dict[tuple[Path, str, str], str] = {}
"""What Debian's lists have told this process, by cache, suite and package: a release has one name
whether it was fetched or not."""
_UPSTREAM = re.compile(r"(?:\d+:)?(?:1\+)?(\d+(?:\.\d+)*)")


class Part(Enum):
    """What of a machine it is."""

    FIRMWARE = "firmware"
    LOADER = "loader"
    ROM = "option ROM"
    QEMU = "QEMU"


@dataclass(frozen=True, kw_only=True)
class Release:
    """What one suite has of something."""

    part: Part
    name: str
    suite: str
    files: Mapping[str, tuple[str, str]] = field(repr=False, hash=False)
    """What one calls each file → its package, and where that has it."""
    is_past: bool = False
    """Whether mirrors may drop it: meant where it is named, and by no pattern."""

    @property
    def packages(self) -> tuple[str, ...]:
        """The packages that it comes in; the first tells its version."""
        return tuple(dict.fromkeys(package for package, _ in self.files.values()))

    @property
    def installed(self) -> str:
        """The version of it that this machine has installed and guests are given; "" for none.

        Of firmware alone: loaders and ROMs are the same whatever is installed.
        """
        of_host = self.part is Part.FIRMWARE and self.suite == host_suite()
        return (installed_version(self.packages[0]) or "") if of_host else ""

    def version(self, cache: Cache) -> str:
        """Give its package's version as far as it is known without asking anybody; "" if not."""
        listed = _LISTED.get((cache.dir, self.suite, self.packages[0]), "")
        return self.installed or self._fetched(cache) or listed

    def _fetched(self, cache: Cache) -> str:
        """Give the version of it that was fetched; "" for none."""
        found = find_package(self.packages[0], self.suite, cache=cache)
        return "" if found is None else found.version

    def is_here(self, cache: Cache) -> bool:
        """Whether it is to be had without fetching anything."""
        found = (find_package(each, self.suite, cache=cache) for each in self.packages)
        return bool(self.installed) or all(found)

    def fetch(self, cache: Cache, say: Say = keep_quiet) -> None:
        """Fetch what of it is not here.

        Raises:
            PrerequisiteError: it cannot be had.
        """
        for package in () if self.installed else self.packages:
            fetch_package(package, self.suite, cache=cache, say=say)


@dataclass(frozen=True, kw_only=True)
class QemuRelease(Release):
    """A suite's QEMU: it comes with all that it needs, and may be this machine's own."""

    @property
    def package(self) -> str:
        """The package that has it."""
        return self.packages[0]

    @property
    def installed(self) -> str:
        """The version that this machine has of it; "" for none."""
        return (installed_version(self.package) or "") if self.suite == host_suite() else ""

    def _fetched(self, cache: Cache) -> str:
        found = find_qemu(self.package, self.suite, cache=cache)
        return "" if found is None else found.version

    def is_here(self, cache: Cache) -> bool:
        """Whether it is to be had without fetching anything."""
        return bool(self.installed or self._fetched(cache))

    def get(self, cache: Cache, say: Say = keep_quiet) -> Qemu:
        """Give it, fetched when it must be.

        Raises:
            PrerequisiteError: it cannot be had.
        """
        own = installed_qemu(self.package) if self.installed else None
        return own or fetch_qemu(self.package, self.suite, cache=cache, say=say)

    def fetch(self, cache: Cache, say: Say = keep_quiet) -> None:
        """Fetch it unless it is here."""
        self.get(cache, say)


def _series(
    part: Part, name: str, files: Mapping[str, tuple[str, str]], suites: Iterable[str]
) -> Iterator[Release]:
    return (Release(part=part, name=name, suite=suite, files=files) for suite in suites)


def _in(directory: str, package: str, *names: str) -> dict[str, tuple[str, str]]:
    return {name: (package, f"{directory}/{name}") for name in names}


def _firmware(name: str, origin: FirmwareOrigin) -> Release:
    paths = {"code": origin.code, "vars": origin.vars}
    files = {what: (origin.package, path) for what, path in paths.items() if path}
    return Release(
        part=Part.FIRMWARE, name=name, suite=origin.suite, files=files, is_past=origin.is_past
    )


_SUITES = ("trixie", "bookworm", "sid")
"""In the order in which they stand for a name without a version."""
_IPXE = _in("usr/lib/ipxe", "ipxe", "ipxe.efi", "snponly.efi", "undionly.kpxe", "ipxe.pxe")


def _of_syslinux(build: str) -> dict[str, tuple[str, str]]:
    """Give core and modules of a build: `efi64/menu.c32`; of that for a BIOS `menu.c32`."""
    names = (CORES[build], *modules_of(build))
    found = _in(f"usr/lib/syslinux/modules/{build}", "syslinux-common", *names)
    return found if build == "bios" else {f"{build}/{name}": each for name, each in found.items()}


_PXELINUX = {
    **_in("usr/lib/PXELINUX", "pxelinux", "pxelinux.0", "lpxelinux.0"),
    **{name: each for build in CORES for name, each in _of_syslinux(build).items()},
    **{
        f"{build}/syslinux.efi": ("syslinux-efi", f"usr/lib/SYSLINUX.EFI/{build}/syslinux.efi")
        for build in ("efi64", "efi32")
    },
}
_ARM64 = "ipxe-arm64.efi"
"""Debian builds it since trixie."""
_ROM_CARDS = ("virtio", "e1000", "e1000e", "rtl8139")
_ROMS = tuple(f"{kind}-{card}.rom" for kind, card in product(("efi", "pxe"), _ROM_CARDS))

RELEASES: tuple[Release, ...] = (
    *(
        _firmware(name, origin)
        for machine in MACHINES.values()
        for name, origins in machine.firmware.items()
        for origin in origins
    ),
    # bookworm's ipxe.efi starts Linux *without its initrd* where the command line names none.
    *_series(Part.LOADER, "ipxe", _IPXE | _in("usr/lib/ipxe", "ipxe", _ARM64), ("trixie",)),
    *_series(Part.LOADER, "ipxe", _IPXE, ("bookworm",)),
    *_series(Part.LOADER, "ipxe", _IPXE | _in("usr/lib/ipxe", "ipxe", _ARM64), ("sid",)),
    # What 2.06 cannot do over HTTP is a site's to know.
    *_series(
        Part.LOADER,
        "grub",
        _in("usr/lib/grub/x86_64-efi-signed", "grub-efi-amd64-signed", "grubnetx64.efi.signed"),
        _SUITES,
    ),
    *_series(Part.LOADER, "pxelinux", _PXELINUX, _SUITES),
    *_series(
        Part.LOADER,
        "shim",
        _in("usr/lib/shim", "shim-signed", "shimx64.efi.signed"),
        _SUITES,
    ),
    # In no suite before trixie is it a file of its own.
    *_series(
        Part.LOADER,
        "shell",
        _in("usr/share/efi-shell-x64", "efi-shell-x64", "shellx64.efi")
        | _in("usr/share/efi-shell-ia32", "efi-shell-ia32", "shellia32.efi"),
        ("trixie",),
    ),
    # 32-bit UEFI is gone from upstream.
    *_series(
        Part.LOADER,
        "shell",
        _in("usr/share/efi-shell-x64", "efi-shell-x64", "shellx64.efi"),
        ("sid",),
    ),
    *_series(Part.ROM, "ipxe", _in("usr/share/qemu", "ipxe-qemu", *_ROMS), ("trixie",)),
    *_series(Part.ROM, "ipxe", _in("usr/lib/ipxe/qemu", "ipxe-qemu", *_ROMS), ("bookworm",)),
    *_series(Part.ROM, "ipxe", _in("usr/share/qemu", "ipxe-qemu", *_ROMS), ("sid",)),
    *(
        QemuRelease(
            part=Part.QEMU,
            name="qemu-x86",
            suite=suite,
            files=_in("usr/bin", "qemu-system-x86", EMULATOR),
        )
        for suite in ("bookworm", "trixie", "sid")
    ),
)
"""All there is; of a name, the first stands for it where no version is said."""


def is_pattern(word: str) -> bool:
    """Whether a word may mean several releases."""
    return _PATTERN.search(word) is not None


def find(word: str, part: Part, *, cache: Cache | None = None, say: Say = keep_quiet) -> Release:
    """Give the release that a word without a pattern means: `ovmf-x64`, `ipxe@2.0`, `grub@sid`.

    Raises:
        UsageError: there is none.
        PrerequisiteError: nobody can tell, for Debian's package lists are out of reach.
    """
    return find_all(word, part, cache=cache, say=say)[0]


def find_all(
    word: str, part: Part, *, cache: Cache | None = None, say: Say = keep_quiet
) -> tuple[Release, ...]:
    """Give the releases that a word means; one with a pattern means all that fit it.

    Behind the `@` stands a version, of which the beginning is enough, or a suite's name. A pattern
    means no release that mirrors may drop.

    Raises:
        UsageError: there is none.
        PrerequisiteError: nobody can tell, for Debian's package lists are out of reach.
    """
    name, at, version = word.partition(AT)
    is_any = is_pattern(word)
    meant = [r for r in RELEASES if r.part is part and not (is_any and r.is_past)]
    named = [r for r in meant if fnmatchcase(r.name, name)]
    if not named:
        known = dict.fromkeys(each.name for each in RELEASES if each.part is part)
        raise UsageError(
            f"no {part.value} is called {word}", cure=f"one of: {', '.join(known)}{_moved(word)}"
        )
    if not at:
        return tuple(named if is_pattern(name) else named[:1])
    cache = cache or Cache()
    found = tuple(_fitting(named, version, cache, say))
    if not found:
        known = dict.fromkeys(label(each, cache) for each in named)
        raise UsageError(f"there is no {part.value} {word}", cure=f"one of: {', '.join(known)}")
    return found if is_pattern(word) else found[:1]


def chosen_qemu(word: str, *, cache: Cache, say: Say = keep_quiet) -> Qemu:
    """Give the QEMU that a word means: a release's, or a build of somebody's own.

    Raises:
        UsageError: there is none.
        PrerequisiteError: it is not here and cannot be fetched.
    """
    if is_own(word):
        return own_qemu(word, cache=cache)
    release = find(word, Part.QEMU, cache=cache, say=say)
    if not isinstance(release, QemuRelease):
        raise UsageError(f"{word} is not a QEMU")
    return release.get(cache, say)


def _fitting(named: Sequence[Release], wanted: str, cache: Cache, say: Say) -> Iterator[Release]:
    """Give those of a version or suite; asks about no more than it must."""
    by_suite = [each for each in named if each.suite == wanted]
    if by_suite:
        yield from by_suite
        return
    known = [each for each in named if fits(each.version(cache), wanted)]
    yield from known
    if known and not is_pattern(wanted):
        return
    for each in named:
        if not each.version(cache) and fits(look_up(each, cache, say), wanted):
            yield each


def fits(version: str, wanted: str) -> bool:
    """Whether a package's version is one that people call so; the beginning is enough."""
    forms = (version, upstream(version))
    return bool(version) and any(
        fnmatchcase(form, wanted) or fnmatchcase(form, f"{wanted}[!0-9]*") for form in forms
    )


def look_up(release: Release, cache: Cache, say: Say = keep_quiet) -> str:
    """Give the version of its package, by Debian's lists where it is not here; "" for no more."""
    if known := release.version(cache):
        return known
    package = release.packages[0]
    listed = listed_version(package, release.suite, cache=cache, say=say)
    _LISTED[cache.dir, release.suite, package] = listed
    return listed


def upstream(version: str) -> str:
    """Give what people call a package's version: `2025.02` of `2025.02-8+deb13u1`."""
    signed = _SIGNED.search(version)
    found = signed or _UPSTREAM.match(version)
    return found[1] if found is not None else version


def label(release: Release, cache: Cache, *, like: Iterable[Release] = ()) -> str:
    """Give the name of a release, with its version, or its suite where that tells it better.

    That is so while nobody knows its version, and where another of those `like` it has the same.
    """
    version = upstream(release.version(cache))
    who = (release.part, release.name)
    same = [each for each in like if each != release and (each.part, each.name) == who]
    is_unclear = not version or version in (upstream(each.version(cache)) for each in same)
    return f"{release.name}{AT}{release.suite if is_unclear else version}"


def _moved(word: str) -> str:
    """Say how a name is written that stood for a release before they had versions."""
    name, _, suite = word.rpartition("-")
    is_old = any((each.name, each.suite) == (name, suite) for each in RELEASES)
    return f"; it is {name}{AT}{suite} now" if is_old else ""
