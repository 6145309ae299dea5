"""The words of single statements about a boot: each is written and read here, and nowhere else."""

import re
from dataclasses import dataclass
from typing import Self

from harness.model import VENDOR_CLASS_HTTP, VENDOR_CLASS_PXE, Protocol
from harness.step import DHCP_NAME, IP_NAME, Ask, Fetch

EMPTY_ROW = "(empty row)"
NO_NAME = "an empty one"
"""A name that was looked up, and has no letter."""
NOT_ANSWERED = "not answered"
"""What is said of a name that nobody has answered for."""
NO_TITLE = "(no title)"
"""Stands in the place of a menu's title that has none."""
LEARNED_WITH = "Learned with"
"""How the line above a text begins that says which firmware the machine had."""
NOBODY = "nobody presses a key"
OFFERED = "offers in vain"
"""What a server does whose offer no machine took."""
NO_ADDRESS = "no address"
"""What a proxy DHCP server gives beside its boot file."""
NOT_FOUND = "not found"
SELECTED, BESIDE = "> ", "  "
"""What a menu's selected row begins with, and every other row."""
_FAMILIES = {name: family for family, name in (*DHCP_NAME.items(), *IP_NAME.items())}
_PROTOCOLS = "|".join(each.value.upper() for each in Protocol)
_FETCH = re.compile(
    rf"(?P<verb>fetches|asks for) (?P<file>.+) over (?P<protocol>{_PROTOCOLS}), "
    r"(?P<family>IPv[46]), from (?P<server>[^\s:]*(?:\[\S*?\])?(?::\d+)?|[0-9a-f:]+)"
    r"(?:: (?P<ending>.+))?",
)
_ASK = re.compile(r"asks (?P<family>DHCPv[46]) as (?P<who>.+), client arch 0x(?P<arch>[0-9a-f]{4})")
_PROMPT = re.compile(
    r'"(?P<text>.+)" waits (?:(?P<seconds>[\d.]+) s|for ever) for (?:the key (?P<key>\S+)|any key)'
)
_PRESS = re.compile(r'presses (?:(?P<key>\S+)|a key) at "(?P<text>.+)"')
_TYPED = re.compile(r'types "(?P<label>.*)"')
_CHOICE = re.compile(r'chooses "(?P<row>.*)"')
_COUNT_DOWN = re.compile(r"(?P<row>.*?) {3,}counts down (?P<seconds>\d+) s")
_BOOTS = re.compile(r"(?P<kernel>.+?)(?: with (?P<initrds>.+))?")
_COUNT_COLUMN = 48
"""Where the seconds of a count-down stand, from the row's first character."""


@dataclass(frozen=True, kw_only=True)
class AskedFile:
    """A file that a machine asked a server for."""

    fetch: Fetch
    server: str
    """Its address, or the name in a URL; with a port that is not usual: `[2001:db8::1]:8080`."""
    ending: str = ""
    """Why it has not come: `not found`, the server's own words; "" when it has."""

    def __str__(self) -> str:
        """Say it as a boot's text does."""
        verb, ending = ("asks for", f": {self.ending}") if self.ending else ("fetches", "")
        return f"{verb} {self.fetch}, from {self.server}{ending}"

    @classmethod
    def read(cls, text: str) -> Self | None:
        """Read it; None when the text says something else."""
        found = _FETCH.fullmatch(text)
        if found is None:
            return None
        fetch = Fetch(
            protocol=Protocol(found["protocol"].lower()),
            family=_FAMILIES[found["family"]],
            file=found["file"],
        )
        return cls(fetch=fetch, server=found["server"], ending=found["ending"] or "")


@dataclass(frozen=True, kw_only=True)
class PromptWords:
    """A prompt for a key, as a machine showed it."""

    text: str
    key: str = ""
    """`s`, `Ctrl-B`; "" for any."""
    waits_ms: int = 0
    """How long it waits; 0: for ever."""

    def __str__(self) -> str:
        """Say it as a boot's text does."""
        key = f"the key {self.key}" if self.key else "any key"
        long = f"{self.waits_ms / 1000:g} s" if self.waits_ms else "for ever"
        return f'"{self.text}" waits {long} for {key}'

    @property
    def press(self) -> str:
        """Say that its key is pressed."""
        return press_words(self.key, self.text)

    @classmethod
    def read(cls, text: str) -> Self | None:
        """Read it; None when the text says something else."""
        found = _PROMPT.fullmatch(text)
        if found is None:
            return None
        waits_ms = round(float(found["seconds"] or 0) * 1000)
        return cls(text=found["text"], key=found["key"] or "", waits_ms=waits_ms)


@dataclass(frozen=True, kw_only=True)
class MenuWords:
    """A menu as a machine showed it; or a prompt, with the labels that may be typed there."""

    title: str
    rows: tuple[str, ...]
    selected: int
    """The number of the row on which its bar stood, or that Enter alone starts; -1 for none."""
    counts_down_s: int | None = None
    """None: it waits for ever."""
    is_typed: bool = False
    """Whether its rows are labels, which are typed at a prompt."""

    def choice(self, row: str) -> str:
        """Give what chooses one of its rows."""
        return type_words(row) if self.is_typed else row

    def __str__(self) -> str:
        """Lay it out: the title, then row by row."""
        return "\n".join([self.title, *(self._row(number) for number in range(len(self.rows)))])

    def _row(self, number: int) -> str:
        row = self.rows[number]
        if number != self.selected:
            return f"{BESIDE}{row}"
        if self.counts_down_s is None:
            return f"{SELECTED}{row}"
        return f"{SELECTED}{row:<{_COUNT_COLUMN}}   counts down {self.counts_down_s} s"

    @classmethod
    def read(cls, text: str, *, is_typed: bool = False) -> Self:
        """Read a menu from its statement's text."""
        title, *lines = text.split("\n")
        rows, selected, counts_down_s = [line[len(BESIDE) :] for line in lines], -1, None
        for number, line in enumerate(lines):
            if line.startswith(SELECTED.strip()):
                selected = number
                counted = _COUNT_DOWN.fullmatch(rows[number])
                if counted is not None:
                    rows[number] = counted["row"].rstrip()
                    counts_down_s = int(counted["seconds"])
        return cls(
            title=title,
            rows=tuple(rows),
            selected=selected,
            counts_down_s=counts_down_s,
            is_typed=is_typed,
        )


def is_row(line: str) -> bool:
    """Whether a line of a menu's text begins as its rows do."""
    return line.startswith((BESIDE, SELECTED)) or line == SELECTED.strip()


def ask_words(ask: Ask) -> str:
    """Say who asks DHCP as what."""
    return f"asks {ask}"


def read_ask(text: str) -> Ask | None:
    """Read a question to DHCP; None when the text says something else."""
    found = _ASK.fullmatch(text)
    if found is None:
        return None
    who, http = found["who"], VENDOR_CLASS_HTTP in found["who"]
    return Ask(
        family=_FAMILIES[found["family"]],
        client_arch=int(found["arch"], 16),
        vendor_class=VENDOR_CLASS_HTTP if http else VENDOR_CLASS_PXE,
        ipxe=who.startswith("iPXE"),
    )


def machine_words(name: str, path: str) -> str:
    """Say which machine boots, by its name, if it has one, and by which path."""
    return f"{name}, {path}" if name else path


def read_machine(text: str) -> tuple[str, str]:
    """Give the machine's name, or "", and its boot path."""
    name, _, path = text.rpartition(", ")
    return name, path


def choice_words(row: str) -> str:
    """Say which row of a menu is chosen by keys."""
    return f'chooses "{row}"'


def press_words(key: str, prompt: str) -> str:
    """Say that a prompt's key is pressed; "" for any."""
    return f'presses {key or "a key"} at "{prompt}"'


def read_press(text: str) -> tuple[str, str] | None:
    """Give the key that is pressed, "" for any, and the text of its prompt."""
    found = _PRESS.fullmatch(text)
    return None if found is None else (found["key"] or "", found["text"])


def type_words(label: str) -> str:
    """Say which label is typed at a prompt."""
    return f'types "{label}"'


def read_typed(text: str) -> str | None:
    """Give the label that is typed at a prompt; None when it says something else."""
    found = _TYPED.fullmatch(text)
    return found["label"] if found else None


def is_of_menu(choice: str) -> bool:
    """Whether a choice is a row of a menu: not a prompt's key, and nothing that is typed."""
    return read_press(choice) is None and read_typed(choice) is None


def keys_words(choice: str) -> str:
    """Say what keys do: a row is chosen; a prompt's key, and what is typed, say it themselves."""
    return choice_words(choice) if is_of_menu(choice) else choice


def read_choice(text: str) -> str | None:
    """Give the row of a menu that is chosen; None when nobody presses a key."""
    found = _CHOICE.fullmatch(text)
    return found["row"] if found else None


def boots_words(kernel: str, initrds: tuple[str, ...]) -> str:
    """Say what is started, and with which initrds in which order."""
    return f"{kernel} with {', '.join(initrds)}" if initrds else kernel


def disk_words(file: str) -> str:
    """Say that an image is booted from as from a disk."""
    return f"{file} as a disk"


def read_disk(text: str) -> str | None:
    """Give the image that is booted from; None when it is a kernel that is started."""
    file = text.removesuffix(" as a disk")
    return None if file == text else file


def read_boots(text: str) -> tuple[str, tuple[str, ...]]:
    """Give the kernel and the initrds that are started."""
    found = _BOOTS.fullmatch(text)
    if found is None:
        return text, ()
    return found["kernel"], tuple((found["initrds"] or "").split(", ")) if found["initrds"] else ()
