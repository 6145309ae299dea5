"""What a machine's console showed, as values, in the order in which it did.

`lab.follow` reads them off the screen of a guest that runs; here is what they are.
"""

from dataclasses import dataclass
from typing import TypeAlias

BY_PAYLOAD = "switched off by the payload"
BY_DISK = "switched off by the system on its disk"
"""How boots end that came to a system."""


@dataclass(frozen=True, kw_only=True)
class _Shown:
    at_s: float
    """Seconds since power-on."""
    after_fetches: int
    """How many lines had told before that a file was fetched, or refused (`loaders.ipxe.console`).

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
