"""GRUB: goes on with the firmware's lease, by the protocol and family that it came by itself.

Where it looks for its menu is built into the image, as its prefix: one that is made
without looks beside itself, Debian's signed ones in `grub/`.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import ClassVar, Self

from harness.loaders.base import Loader
from harness.loaders.grub import faults, menu
from harness.loaders.grub.failures import FAILURES
from harness.loaders.grub.named_files import has_own_words
from harness.machines import BootPath
from harness.model import EntryEnding
from harness.plan.expected_path import entry_files, loader_file
from harness.site import Site
from harness.site.menu import Entry, EntryKind
from harness.step import Fetch, Step, StepRole

_WORDS = b"GNU GRUB  version"
"""What its images for UEFI hold as it is."""
_MENU = "grub.cfg"
_PREFIX = re.compile(rb"\x03\0\0\0[\x08-\xff]\0\0\0(?P<prefix>/[\w./-]+)\0")
"""A prefix among the image's modules: its type, its size, its text."""
_MODULES = re.compile(r"(?:x86_64|i386|arm64)-efi/\w+\.(?:lst|mod)")
"""What it takes from beside its menu, and mostly has built in."""
_SHIM, BEHIND_SHIM = "shim", "grubx64.efi"
"""What Microsoft has signed, and the name by which it starts the GRUB that lies beside it."""
_OF_SHIM = re.compile(r"revocations\w*\.efi|shim_certificate_\d+\.efi")
"""What shim asks for before, and mostly does not get (its README.md of 16.1)."""
_SHIM_LACKS = re.compile(r"^(?:Failed to fetch image|.*HTTP response): HTTP Error")
"""Where it does not get GRUB either, it says more: that it cannot start it."""
SIGNED_MENU = "grub/grub.cfg"
"""Where Debian's signed one looks for its menu, below what machines take for the server's root."""
IA32, X64, MKNETDIR_X64 = "grub/ia32.efi", "grub/x64.efi", "grub/mknetdir-x64.efi"
MADE = {IA32: "", X64: "", MKNETDIR_X64: "/boot/grub"}
"""The assets that the harness makes → the directory that each takes its menu from, as `prefix`.

The one for ia32 stands in where nobody has built a 32-bit iPXE, those for x64 for the GRUBs of
distributions, and of `grub-mknetdir`: Debian's signed one takes its menu from `/grub`.
"""

_COMPLAINTS = {
    EntryEnding.MISSING: "grub-no-file",
    EntryEnding.REFUSED: "grub-forbidden",
    EntryEnding.NO_DEVICE: "grub-no-device",
}


@dataclass(frozen=True)
class Grub(Loader):
    """GRUB 2 for UEFI, with the place of its menu."""

    prefix: str = ""
    """The directory that it takes its menu from; "" for the one that it lies in itself."""

    by_shim: bool = False
    """Whether machines are handed shim, which starts the GRUB beside it."""

    kind = "grub"
    called = "GRUB"
    # It starts Linux itself, of either word size.
    user_agents = ("GRUB ",)
    failures = FAILURES
    always_normal = (
        # It hands the kernel a screen, and these guests have none.
        re.compile(r"^error: no suitable video mode found\."),
        re.compile(r"^error: file `\S*-efi/\w+\.lst' not found\."),
    )
    complaints = _COMPLAINTS
    # It goes on with the entry's next lines.
    aftermath = ("grub-short", "grub-no-kernel")
    # It lends the program that it starts no file system.
    shell_question = "dh -p SimpleNetwork"
    where_default = "set default"
    settings: ClassVar[Mapping[str, Sequence[str]]] = {
        "row": ("menuentry", "submenu"),
        "default": ("set default", "beside set timeout"),
        "count-down": ("set timeout", "beside set default"),
        "kernel": ("linux", "linuxefi", "chainloader", "multiboot"),
        "file": ("linux", "linuxefi", "initrd", "initrdefi", "chainloader", "configfile", "source"),
        "message": ("echo",),
        "left to firmware": ("chainloader",),
    }

    @classmethod
    def recognise(cls, program: bytes) -> Self | None:
        """Give it for an image for UEFI, with the prefix that is built in."""
        if _WORDS not in program:
            return None
        *_, last = (b"", *(found["prefix"] for found in _PREFIX.finditer(program)))
        return cls(prefix=last.decode())

    @classmethod
    def recognise_asset(cls, asset: str) -> Self | None:
        """Give it for the images that the harness makes or fetches, and for shim in front of it."""
        if asset.partition("/")[0].partition("@")[0] == _SHIM:
            return cls(prefix="/grub", by_shim=True)
        if not cls.is_named_by(asset):
            return None
        return cls(prefix=MADE.get(asset, "/grub"))

    @classmethod
    def restore(cls, id: str) -> Self | None:
        """Give it back with its prefix."""
        kind, _, prefix = id.partition(":")
        by_shim = kind == f"{_SHIM}-{cls.kind}"
        return cls(prefix=prefix, by_shim=by_shim) if by_shim or kind == cls.kind else None

    @property
    def id(self) -> str:
        """Say its prefix, too: without it nobody knows its menu's place."""
        kind = f"{_SHIM}-{self.kind}" if self.by_shim else self.kind
        return f"{kind}:{self.prefix}" if self.prefix else kind

    def _supplied_as(self, asset: str) -> str:
        if self.by_shim:
            return "behind shim, which is supplied"
        return "standing in for iPXE" if asset == IA32 else super()._supplied_as(asset)

    def menu_file(self, site: Site) -> str:
        """Give its configuration, which is written in the site beside the script."""
        return f"{self.prefix}/{_MENU}".lstrip("/")

    def shows(self, entry: Entry) -> bool:
        """Leave out iPXE's own screens."""
        return entry.boots is not EntryKind.CONFIG

    def _nbp_name(self, path: BootPath, site: Site) -> str:
        """Say whose it is: a site's paths are usually iPXE's."""
        return self.whose(site, path.loader) if path.loader else ""

    def _own_steps(self, path: BootPath, site: Site, entry: str, mac: str) -> Iterator[Step]:
        first = [(StepRole.MENU, self.menu_file(site))]
        if self.by_shim:
            beside = PurePosixPath(loader_file(path, site)).with_name(BEHIND_SHIM)
            first.insert(0, (StepRole.SECOND, str(beside)))
        for role, file in (*first, *entry_files(path, site, entry)):
            ways = self.ways(path, site, file)
            what = "GRUB's menu" if role is StepRole.MENU else role.value
            yield Step(role=role, ways=ways, text=f"{what} {ways[0]}")

    def ways(self, path: BootPath, site: Site, file: str) -> tuple[Fetch, ...]:
        """Give the one protocol and family that it came by itself."""
        return (Fetch(protocol=path.protocol, family=path.family, file=file.lstrip("/")),)

    def asks_for(self, file: str) -> bool:
        """Whether it is called as its menu or a module of its own is, wherever it lies."""
        return PurePosixPath(file).name == _MENU or _is_module(file)

    def is_script(self, file: str, head: bytes) -> bool:
        """Go by its name, or its words: a file that another takes in may be called anything."""
        is_text = b"\0" not in head and has_own_words(head.decode(errors="replace"))
        return is_text or self.asks_for(file)

    def is_aside(self, file: str, site: Site, mac: str, *, refused: bool) -> bool:
        """Whether it is one of its modules or their lists, or shim's: a site need not have them."""
        if self.by_shim and _OF_SHIM.search(PurePosixPath(file).name):
            return True
        return _is_module(file) and file.startswith(f"{self.prefix}/".lstrip("/"))

    def normal(self, site: Site, mac: str) -> tuple[re.Pattern[str], ...]:
        """Give what shim says of files that it need not have, which it asks for over HTTP."""
        return (_SHIM_LACKS,) if self.by_shim else ()

    def failed_entry(self, site: Site) -> tuple[str, int] | None:
        """Give what GRUB says itself, and how long it waits if no key comes."""
        return "Press any key to continue...", 10

    script_faults = staticmethod(faults.script_faults)
    default_faults = staticmethod(faults.default_faults)
    counts_down = menu.COUNTS_DOWN
    read_menu = staticmethod(menu.read_menu)
    read_prompt = staticmethod(menu.read_prompt)

    def where_item(self, entry: Entry | None = None) -> str:
        """Give the command that adds an item."""
        return "menuentry" if entry is None else f'menuentry "{entry.text}"'


def _is_module(file: str) -> bool:
    """Whether it is called as one of its modules is, or a list of them, wherever it lies."""
    return _MODULES.fullmatch("/".join(PurePosixPath(file).parts[-2:])) is not None
