"""What the rest of the harness asks a loader: the one place where it may differ from others.

A loader is the first program that firmware fetches, or iPXE in a NIC's ROM: it draws the
menu and boots its entries. Each is a package beside this module and a line of `registry`.
What is asked here is asked of the site's files and of the screen; nothing here runs.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Protocol, Self

from harness.machines import BootPath
from harness.model import USER_CLASS_IPXE, EntryEnding, Family
from harness.plan.expected_path import firmware_steps, payload_step
from harness.site import Site
from harness.site.files import is_operators, normal
from harness.site.menu import Entry, EntryKind, Menu
from harness.site.places import Place
from harness.step import Ask, Fetch, Step


@dataclass(frozen=True, kw_only=True)
class Failure:
    """A text on the console that means that a boot has failed."""

    name: str
    pattern: str
    """Not compiled: of a hundred, a good boot needs none by itself."""
    meaning: str
    likely: str = ""
    """The cause that one looks for first."""
    is_cause: bool = False
    """Whether the line itself says what is wrong: it then comes before what others know."""


def failure(
    name: str, pattern: str, meaning: str, likely: str = "", *, is_cause: bool = False
) -> Failure:
    """Write a row of a table of failures."""
    return Failure(name=name, pattern=pattern, meaning=meaning, likely=likely, is_cause=is_cause)


class ScreenRow(Protocol):
    """One row of a guest's screen."""

    @property
    def text(self) -> str:
        """Its text, without blanks at the end."""

    @property
    def bold(self) -> int:
        """How many of its cells are bold without a gap, from the second one on."""

    @property
    def grounds(self) -> Sequence[str]:
        """The colour behind each of its cells."""


class DrawnScreen(Protocol):
    """What stands on a guest's screen, as menus and prompts are read from it."""

    @property
    def painted(self) -> Sequence[ScreenRow]:
        """Every row, from the top."""

    @property
    def before_cursor(self) -> str:
        """The text of the cursor's row up to the cursor."""


@dataclass(frozen=True, kw_only=True)
class MenuKeys:
    """What works a menu, as a serial terminal sends it."""

    down: str = "\x1b[B"
    up: str = "\x1b[A"
    stop: str = " "
    """Ends its count-down, and moves nothing."""


@dataclass(frozen=True, kw_only=True)
class DrawnMenu:
    """A menu as it stands on a screen."""

    title: str | None
    """None where the loader writes what it likes above a menu."""
    items: tuple[str, ...]
    """All that it shows, separators and empty rows too."""
    at: int
    """Which of them is selected."""
    counts_down_s: int | None = None
    """The seconds that it has left; None when it waits for ever."""
    more_above: bool = False
    more_below: bool = False
    """Whether it has more than the screen."""
    page: int = 0
    """How many rows it goes on by where it has more; 0: by as few as it needs."""
    foot: int | None = None
    """Where it stays on the screen when it has been left: its last row there, counted from 0."""
    keys: MenuKeys = MenuKeys()

    @property
    def selected(self) -> str:
        """The text of the item that is selected."""
        return self.items[self.at]


class Loader(ABC):
    """One kind of loader; a value, so that two of the same build are equal."""

    kind: ClassVar[str]
    """`ipxe`, `grub`, `pxelinux`."""
    called: ClassVar[str]
    """Its name, as people write it."""
    user_class: ClassVar[str] = ""
    """As what it asks DHCP itself; "" when it goes on with the firmware's lease."""
    starts_by_firmware: ClassVar[bool] = False
    """Whether it leaves every program to UEFI firmware, Linux too."""
    user_agents: ClassVar[tuple[str, ...]] = ()
    """What it names itself to a web server by: how each name begins."""
    failures: ClassVar[tuple[Failure, ...]] = ()
    """What it prints when a boot has failed; of two that match a line, the first names it."""
    repeated: ClassVar[tuple[Failure, ...]] = ()
    """Lines that mean a failure when the same one comes again and again."""
    always_normal: ClassVar[tuple[re.Pattern[str], ...]] = ()
    """Lines that look like failures and stand in every good boot."""
    complaints: ClassVar[Mapping[EntryEnding, str]]
    """The failure by which it tells that an entry has ended so."""
    aftermath: ClassVar[tuple[str, ...]]
    """The failures that may come of such a complaint."""
    shell_question: ClassVar[str]
    """What makes the UEFI Shell name the machine's card when this loader has started it."""
    where_default: ClassVar[str]
    """The words by which the menu's file names the default."""
    counts_down: ClassVar[re.Pattern[bytes]]
    """What it sends when a count-down begins in its menu."""
    keys: ClassVar[MenuKeys] = MenuKeys()
    """What works its menu."""
    tells_fetches: ClassVar[bool] = False
    """Whether it shows a line for each file that it asks for."""
    runs_scripts: ClassVar[bool] = True
    """Whether its scripts are gone through line by line, and come to an end."""
    passing_prompts: ClassVar[frozenset[str]] = frozenset()
    """Those of its prompts that it may leave by itself, when a time is out."""
    settings: ClassVar[Mapping[str, Sequence[str]]] = {}
    """What a machine shows and does by its scripts → the commands for that."""

    @classmethod
    @abstractmethod
    def recognise(cls, program: bytes) -> Self | None:
        """Give the loader that a program is; None when it is another."""

    @classmethod
    def recognise_asset(cls, asset: str) -> Self | None:
        """Give the loader that an asset of the harness is, by the asset's name."""
        return cls() if cls.is_named_by(asset) else None

    @classmethod
    def is_named_by(cls, asset: str) -> bool:
        """Whether an asset of the harness, of whatever version, is of this kind."""
        return asset.partition("/")[0].partition("@")[0] == cls.kind

    @classmethod
    def restore(cls, id: str) -> Self | None:
        """Give the loader that had this id; None when it was another kind's."""
        return cls() if id == cls.kind else None

    @property
    def id(self) -> str:
        """What evidence calls it: enough for `registry.loader` to give it back."""
        return self.kind

    def whose(self, site: Site, machine: str) -> str:
        """Say what a kind of machine is handed: `iPXE, supplied`, `GRUB, the site's own`."""
        path = normal(site.data_path(site.loaders[machine]))
        if site.has(path) or path not in site.supply:
            return f"{self.called}, the site's own"
        return f"{self.called}, {self._supplied_as(site.supply[path])}"

    def _supplied_as(self, asset: str) -> str:
        return "the operator's own" if is_operators(asset) else "supplied"

    @abstractmethod
    def menu_file(self, site: Site) -> str:
        """Give the file that its menu is written in, as it asks for it."""

    def scripts(self, site: Site, mac: str) -> frozenset[str]:
        """Give the files that tell it what to do, as it asks for them."""
        return frozenset({self.menu_file(site).lstrip("/")})

    def shows(self, entry: Entry) -> bool:
        """Whether its menu can have this entry."""
        return True

    def entries(self, menu: Menu, firmware: str) -> tuple[Entry, ...]:
        """Give the entries that its menu shows on `uefi` or `bios`, in their order."""
        return tuple(entry for entry in menu.shown(firmware) if self.shows(entry))

    def leaves_to_firmware(self, entry: Entry) -> bool:
        """Whether UEFI firmware starts the entry's program, so that it must be of its kind."""
        return self.starts_by_firmware or entry.boots is EntryKind.SHELL

    def steps(self, path: BootPath, site: Site, entry: str, mac: str) -> tuple[Step, ...]:
        """Give the steps that this machine must take to this entry of the site's menu."""
        return (
            *firmware_steps(path, site, self._nbp_name(path, site)),
            *self._own_steps(path, site, entry, mac),
            *payload_step(path, site, entry, mac),
        )

    def _nbp_name(self, path: BootPath, site: Site) -> str:
        """Give what a path calls the NBP beside its file; "" for nothing."""
        return ""

    @abstractmethod
    def _own_steps(self, path: BootPath, site: Site, entry: str, mac: str) -> Iterator[Step]:
        """Give what it does itself, from its start to the entry's last file."""

    @abstractmethod
    def ways(self, path: BootPath, site: Site, file: str) -> tuple[Fetch, ...]:
        """Give the ways by which it may fetch a file on such a machine."""

    def asks(self, path: BootPath, families: Collection[Family]) -> tuple[Ask, ...]:
        """Give its own questions to DHCP in these families."""
        return ()

    @abstractmethod
    def asks_for(self, file: str) -> bool:
        """Whether only this loader asks for a file of that name."""

    def is_shown_by(self, what: Ask | Fetch) -> bool:
        """Whether only this loader does this: it tells which one runs."""
        if isinstance(what, Fetch):
            return self.asks_for(what.file)
        return what.ipxe and self.user_class == USER_CLASS_IPXE

    def is_script(self, file: str, head: bytes) -> bool:
        """Whether a file of that name and beginning tells it what to do."""
        return self.asks_for(file)

    @abstractmethod
    def is_aside(self, file: str, site: Site, mac: str, *, refused: bool) -> bool:
        """Whether a fetch is not a step of any boot: it asks for the file, and does not need it."""

    def normal(self, site: Site, mac: str) -> tuple[re.Pattern[str], ...]:
        """Give the lines of failures that stand in a good boot of this machine."""
        return ()

    @abstractmethod
    def failed_entry(self, site: Site) -> tuple[str, int] | None:
        """Give what is said about a failed entry, and for how many seconds; None: nobody knows."""

    def script_faults(self, site: Site, path: str) -> Iterator[str]:
        """Say what is wrong with one of its scripts that came, and after which nothing did."""
        return iter(())

    def initrd_faults(self, _site: Site, _path: str, /) -> Iterator[str]:
        """Say by which line of its scripts a file that is fetched is not an initrd for Linux."""
        return iter(())

    def lost_gotos(self, site: Site, paths: Iterable[str]) -> Iterator[str]:
        """Say which line of its scripts goes on at a place that none of them names."""
        return iter(())

    def exits(self, site: Site, path: str) -> Iterator[int]:
        """Give the lines of one of its scripts by which it gives the machine back."""
        return iter(())

    def leads_to(self, _site: Site, _place: Place, /) -> Iterator[int]:
        """Give the lines of a script that lead to one of its lines."""
        return iter(())

    def lines_of_row(self, _site: Site, _path: str, _row: str, /) -> range:
        """Give the lines of a script that a row of its menu leads to; none where it tells none."""
        return range(0)

    def goes_on(self, _site: Site, place: Place, /) -> Place:
        """Give where one of its scripts goes to right behind a line, if it says so."""
        return place

    def unguarded(self, site: Site, path: str) -> Iterator[tuple[int, str]]:
        """Give the lines, and their commands, that end one of its scripts when they fail."""
        return iter(())

    def default_faults(self, site: Site, path: str, others: Sequence[str] = (), /) -> Iterator[str]:
        """Say which default of a menu in one of its scripts does not exist, in others neither."""
        return iter(())

    @abstractmethod
    def read_menu(self, screen: DrawnScreen) -> DrawnMenu | None:
        """Read its menu from a screen; None while none is drawn."""

    @abstractmethod
    def read_prompt(self, screen: DrawnScreen) -> str | None:
        """Say which of its programs waits for an operator's commands; None while none does."""

    def written_as(self, row: str) -> tuple[str, ...]:
        """Give how its scripts may write a row of its menu."""
        return (row,)

    @abstractmethod
    def where_item(self, entry: Entry | None = None) -> str:
        """Give the words by which the menu's file names an item, or this one."""
