"""What the console showed of a boot, as values in the order in which it was shown.

By `after_fetches` what was shown is put in order with the wire, whatever clocks say.
"""

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, kw_only=True)
class _Seen:
    at_s: float
    """Seconds since power-on."""
    after_fetches: int
    """How many fetches the console had shown before."""


@dataclass(frozen=True, kw_only=True)
class MenuShown(_Seen):
    """A menu."""

    title: str
    rows: tuple[str, ...]
    selected: int
    """The number of the row on which its bar stood, from 0."""
    counts_down_s: int | None
    """None: it waits for ever."""


@dataclass(frozen=True, kw_only=True)
class KeysPressed(_Seen):
    """Keys that chose a row of a menu."""

    chose: str
    """The row's text."""


@dataclass(frozen=True, kw_only=True)
class Prompted(_Seen):
    """Something that waits for words: `iPXE shell`, `UEFI Shell v2.2`, `GRUB prompt`."""

    what: str


@dataclass(frozen=True, kw_only=True)
class Said(_Seen):
    """A complaint of the loader's or the firmware's."""

    line: str


@dataclass(frozen=True, kw_only=True)
class Ended(_Seen):
    """How it ended: `switched off by the payload`, `reset`, `stands still`."""

    how: str


Shown: TypeAlias = MenuShown | KeysPressed | Prompted | Said | Ended
