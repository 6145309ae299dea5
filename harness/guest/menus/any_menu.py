"""A menu of any loader, read off the screen without knowing it, and worked by keys.

Its rows are those that stand there when it is left, or waits: while it is drawn there are
fewer. One that is longer than the screen is gone through before a row is chosen.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TypeVar

from harness.errors import BootError
from harness.guest.console.console import Console
from harness.guest.console.failure import BootTimeoutError, Tolerated
from harness.guest.console.keyboard import Key
from harness.guest.console.quiet import Quiet
from harness.guest.console.screen import Screen
from harness.guest.menus.uefi_shell import shell_at_prompt
from harness.loaders import LOADERS
from harness.loaders.base import DrawnMenu

_T = TypeVar("_T")

MORE = "..."
"""Stands for rows above or below that nobody has seen."""
_KEY_S = 10.0
_DRAWN_S = 0.3
"""Nothing more has come for so long, of the guest's seconds and the host's: all is drawn."""


def read_menu(screen: Screen) -> DrawnMenu | None:
    """Read a menu of whatever loader; None while none is drawn."""
    return next(filter(None, (loader.read_menu(screen) for loader in LOADERS)), None)


def read_prompt(screen: Screen) -> str | None:
    """Say what waits for an operator's commands: of whatever loader, or of the firmware."""
    loaders = (loader.read_prompt(screen) for loader in LOADERS)
    return next(filter(None, loaders), None) or shell_at_prompt(screen)


class SeenMenu:
    """What is known of one menu, from its first row to its end."""

    def __init__(self, drawn: DrawnMenu) -> None:
        """Take note of it as it comes up."""
        self.counts_down_s: int | None = None
        """What it began to count down from."""
        self.rows: list[str] = []
        self._first = 0
        """Which of the rows is the first on the screen."""
        self._selected = drawn.at
        self._is_touched = False
        self.drawn = drawn
        """How it stands now."""
        self.see(drawn)

    @property
    def title(self) -> str:
        """Its title; empty where it has none, or its loader writes what it likes there."""
        return self.drawn.title or ""

    @property
    def shown(self) -> tuple[tuple[str, ...], int]:
        """Give all that is known of it, and the row that was selected before any key."""
        above = (MORE,) * (self._first == 0 and self.drawn.more_above)
        last = self._first + len(self.drawn.items)
        below = (MORE,) * (last == len(self.rows) and self.drawn.more_below)
        return (*above, *self.rows, *below), self._selected + len(above)

    def see(self, drawn: DrawnMenu) -> None:
        """Take in how it stands while nobody has touched a key, or none was needed to see all."""
        if not self._is_touched:
            self.rows = list(drawn.items)
            if drawn.at == self._selected and drawn.counts_down_s is not None:
                # A number that is half drawn is smaller, and so is each that follows.
                self.counts_down_s = max(self.counts_down_s or 0, drawn.counts_down_s)
        self.drawn = drawn

    def touch(self) -> None:
        """Take note that keys move it from now on."""
        self._is_touched = True

    def moved(self, drawn: DrawnMenu) -> None:
        """Take in rows that a key has brought: the screen holds a part of all."""
        window = list(drawn.items)
        for shift in sorted(range(-len(window), len(window) + 1), key=abs):
            first = self._first + shift
            known = self.rows[max(first, 0) : first + len(window)]
            if known and window[max(-first, 0) :][: len(known)] == known:
                break
        else:
            return
        if first < 0:
            self.rows[:0] = window[:-first]
            self._selected -= first
            first = 0
        self.rows[first : first + len(window)] = window
        self._first, self.drawn = first, drawn


class AnyMenu:
    """A menu that stands on a guest's screen."""

    def __init__(
        self, console: Console, drawn: DrawnMenu, *, tolerate: Sequence[Tolerated]
    ) -> None:
        """Take note of it as it comes up."""
        self.seen = SeenMenu(drawn)
        self.at_s = console.at_s
        self.place = console.length
        """How much text the guest had sent before."""
        self._console = console
        self._tolerate = tolerate
        self.cleared = console.screen.cleared
        """How often the screen had been cleared before it was drawn."""

    def is_gone(self, screen: Screen) -> bool:
        """Whether the screen was cleared since."""
        return screen.cleared != self.cleared

    def choose(self, row: str) -> None:
        """Go to the first row of this text, and press Enter.

        Raises:
            BootError: it has no such row, or has gone before a key was there.
        """
        if self.seen.drawn.counts_down_s is not None:
            # Half a second may be all that there is. It moves nothing.
            self._console.send(Key.SPACE)
        self.seen.see(self._wait_until_drawn())
        self.gather()
        if row not in self.seen.rows:
            raise BootError(
                f"the menu {self.seen.title!r} has no row {row!r}",
                causes=(f"it has: {', '.join(filter(None, self.seen.rows))}",),
                last_lines=self._console.screen.lines,
            )
        while (selected := self.seen.drawn.selected) != row:
            down = self.seen.rows.index(row) > self.seen.rows.index(selected)
            self._press(Key.DOWN if down else Key.UP)
        self._console.send(Key.ENTER)
        self._wait("the menu's end after Enter", lambda screen: self.is_gone(screen) or None)

    def gather(self) -> None:
        """Go through all of it, where it is longer than the screen."""
        self.seen.touch()
        with suppress(BootTimeoutError):  # the rows behind the last that can be selected
            while self.seen.drawn.more_below:
                self._press(Key.DOWN)
                self.seen.moved(self._wait_until_drawn())
        with suppress(BootTimeoutError):
            while self.seen.drawn.more_above:
                self._press(Key.UP)
                self.seen.moved(self._wait_until_drawn())

    def _press(self, key: Key) -> None:
        before = self.seen.drawn

        def moved(screen: Screen) -> DrawnMenu | None:
            now = self._standing(screen)
            return now if now and (now.items, now.at) != (before.items, before.at) else None

        self._console.send(key)
        what = f"another row than {before.selected!r} after the key {key.name}"
        self.seen.moved(self._wait(what, moved))

    def _wait_until_drawn(self) -> DrawnMenu:
        quiet = Quiet(self._console)
        return self._wait(
            f"the menu {self.seen.title!r} to stand still",
            lambda screen: self._standing(screen) if quiet.lasts(_DRAWN_S, _DRAWN_S) else None,
        )

    def _wait(self, what: str, predicate: Callable[[Screen], _T | None]) -> _T:
        return self._console.wait_for_screen(
            what, predicate, timeout_s=_KEY_S, tolerate=self._tolerate
        )

    def _standing(self, screen: Screen) -> DrawnMenu | None:
        """Read it from the screen.

        Raises:
            BootError: it is not there any more.
        """
        if self.is_gone(screen):
            raise BootError(
                f"the menu {self.seen.title!r} is not on the screen any more",
                causes=("its count-down ran out before a key was there, or a key chose",),
                last_lines=screen.lines,
            )
        return read_menu(screen)
