"""PXELINUX, and Syslinux for UEFI: goes on with the firmware's lease, over TFTP.

Its configuration lies in `pxelinux.cfg/` beside itself: by the machine's identifier, its MAC
address, ever less of its IPv4 address, or `default` (Syslinux' manual, "PXELINUX").
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

from harness.loaders.base import Loader
from harness.loaders.pxelinux import faults, menu
from harness.loaders.pxelinux.configuration import PXELINUX_DIR, lines_of_row
from harness.loaders.pxelinux.failures import FAILURES
from harness.loaders.pxelinux.named_files import is_core, search_of
from harness.loaders.script import Script
from harness.machines import BootPath
from harness.model import EntryEnding
from harness.plan.expected_path import entry_files
from harness.site import Site
from harness.site.files import text_of
from harness.site.menu import Entry, EntryKind
from harness.step import Fetch, Step, StepRole

_WORDS = (b"PXELINUX ", PXELINUX_DIR.encode())
"""What it tells of itself, and what its build for UEFI, which does not, looks for."""


@dataclass(frozen=True)
class Pxelinux(Loader):
    """PXELINUX of Syslinux 4 to 6, and its builds for UEFI."""

    kind = "pxelinux"
    called = "PXELINUX"
    failures = FAILURES
    complaints: ClassVar[Mapping[EntryEnding, str]] = {EntryEnding.MISSING: "pxelinux-no-file"}
    aftermath = ()
    shell_question = "dh -p SimpleNetwork"
    where_default = "default"
    settings: ClassVar[Mapping[str, Sequence[str]]] = {
        "title": ("menu title",),
        "row": ("menu label", "label"),
        "default": ("menu default", "default", "ontimeout", "ui"),
        "count-down": ("timeout",),
        "timed out": ("ontimeout",),
        "kernel": ("kernel", "linux"),
        # What is no label is taken for a file's name.
        "file": ("kernel", "linux", "append", "initrd", "config", "ontimeout", "default", "ui"),
    }

    @classmethod
    def recognise(cls, program: bytes) -> Self | None:
        """Give it for a program that has its name, or looks for its configuration."""
        return cls() if any(words in program for words in _WORDS) else None

    def menu_file(self, site: Site) -> str:
        """Give what it takes where no file is for this machine alone."""
        return f"{PXELINUX_DIR}default"

    def shows(self, entry: Entry) -> bool:
        """Leave out iPXE's own screens, and programs for UEFI."""
        return entry.boots is EntryKind.PAYLOAD

    def _own_steps(self, path: BootPath, site: Site, entry: str, mac: str) -> Iterator[Step]:
        first = (StepRole.MENU, self.menu_file(site))
        for role, file in (first, *entry_files(path, site, entry)):
            ways = self.ways(path, site, file)
            yield Step(role=role, ways=ways, text=f"{role.value} {ways[0]}")

    def ways(self, path: BootPath, site: Site, file: str) -> tuple[Fetch, ...]:
        """Give the one protocol and family that it came by itself."""
        return (Fetch(protocol=path.protocol, family=path.family, file=file.lstrip("/")),)

    def asks_for(self, file: str) -> bool:
        """Whether it is its configuration, or the core that it takes in before."""
        return bool(search_of(file)) or is_core(file)

    def is_script(self, file: str, head: bytes) -> bool:
        """Whether it is its configuration."""
        return bool(search_of(file))

    script_faults = staticmethod(faults.script_faults)

    def is_aside(self, file: str, site: Site, mac: str, *, refused: bool) -> bool:
        """None is: it needs its modules, and of its configurations one."""
        return False

    def failed_entry(self, site: Site) -> tuple[str, int] | None:
        """Nobody knows: it shows its prompt, or its menu again."""
        return None

    runs_scripts = False
    passing_prompts = frozenset({menu.PROMPT})
    counts_down = menu.COUNTS_DOWN
    keys = menu.KEYS
    read_menu = staticmethod(menu.read_menu)
    read_prompt = staticmethod(menu.read_prompt)

    def lines_of_row(self, site: Site, path: str, row: str, /) -> range:
        """Give the lines of its label."""
        return lines_of_row(Script(path, text_of(site, path)), row)

    def written_as(self, row: str) -> tuple[str, ...]:
        """Give it plain, and with the caret before whichever letter is its hot key."""
        return (row, *(f"{row[:at]}^{row[at:]}" for at in range(len(row))))

    def where_item(self, entry: Entry | None = None) -> str:
        """Give the words that name an item."""
        return "menu label" if entry is None else f'menu label "{entry.text}"'
