"""What a machine's console showed, as values, in the order in which it did.

`lab.follow` reads them off the screen of a guest that runs; here is what they are.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

PROGRESS = r"(?:\.* ?(?:\d+ ?%|\[[a-z ]+\]))"
"""One of the words by which iPXE tells meanwhile how far a file has come: `42%`, `[connecting]`."""
# A BIOS's console loses the last letter where what has come is started at once.
_FETCHED = re.compile(
    rf"(?P<file>\S+?)\.{{3,}}{PROGRESS}*\s*(?:ok?|\S.*\(https?://ipxe\.org/[0-9a-f]{{8}}\))"
)

BY_PAYLOAD = "switched off by the payload"
BY_DISK = "switched off by the system on its disk"
"""How boots end that came to a system."""


_OWN_PROMPT_BELOW = ("Features: ", "No more network devices")


def asks_itself(above: Iterable[str]) -> bool:
    """Whether iPXE itself waits for Ctrl-B below these lines; scripts ask in the same words.

    It does when it starts, and before it gives back to a BIOS.
    """
    return any(line.startswith(_OWN_PROMPT_BELOW) for line in above)


def file_fetched(line: str) -> str | None:
    """Give the file that a line of iPXE's tells of, when it came or was refused; None for others.

    It is named as the script names it: with its URL, or as it lies beside the script.
    """
    found = _FETCHED.fullmatch(line.strip())
    return found["file"] if found else None


@dataclass(frozen=True, kw_only=True)
class _Shown:
    at_s: float
    """Seconds since power-on."""
    after_fetches: int
    """How many lines had told before that a file was fetched, or refused (see `file_fetched`).

    By it what was shown is put in order with the wire, whatever clocks say.
    """


@dataclass(frozen=True, kw_only=True)
class MenuShown(_Shown):
    """A menu, as it came up."""

    title: str
    """Empty where it has none."""
    rows: tuple[str, ...]
    """All that it shows, separators and empty rows too; "..." where more lies above or below."""
    selected: int
    """The row that was selected before anybody touched a key."""
    counts_down_s: int | None
    """The seconds that it began to count down from; None when it waits for ever."""
    selectable: tuple[str, ...] = ()
    """The rows on which its bar has stood, once somebody went through all of it; else none."""


@dataclass(frozen=True, kw_only=True)
class KeysPressed(_Shown):
    """Somebody chose a row of the menu before it, by keys, or pressed a prompt's key."""

    chose: str
    """The row's text; of a prompt, which key at which prompt."""


@dataclass(frozen=True, kw_only=True)
class Prompted(_Shown):
    """A program waits for an operator's commands."""

    what: str
    """`iPXE shell`, `iPXE settings`, `UEFI Shell v2.2`, `GRUB prompt`."""


@dataclass(frozen=True, kw_only=True)
class Said(_Shown):
    """A loader or firmware complained."""

    line: str
    """Without what differs from one build to the next: the link that explains the error."""


@dataclass(frozen=True, kw_only=True)
class Ended(_Shown):
    """How it came to its end; always the last."""

    how: str
    """`switched off by the payload`, `reset`, `stands still`."""


Shown: TypeAlias = MenuShown | KeysPressed | Prompted | Said | Ended
