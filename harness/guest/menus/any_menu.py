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
    def at(self) -> int:
        """Which of the rows is selected now."""
        return self._first + self.drawn.at

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

    def moved(self, drawn: DrawnMenu, *, down: bool) -> None:
        """Take in how it stands after a key: other rows may have come."""
        if drawn.items != self.drawn.items:
            self._first += self._scrolled(drawn, down=down)
            if self._first < 0:
                self._selected -= self._first
                self.rows[:0] = drawn.items[: -self._first]
                self._first = 0
            self.rows[self._first : self._first + len(drawn.items)] = drawn.items
        self.drawn = drawn

    def _scrolled(self, drawn: DrawnMenu, *, down: bool) -> int:
        """Give by how many rows it has gone on."""
        before, after = self.drawn.items, drawn.items
        if not down:
            before, after = after, before
        rows = drawn.page or next(
            rows for rows in range(len(before) + 1) if before[rows:] == after[: len(before) - rows]
        )
        return rows if down else -rows


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
        self._stop_count_down()
        self.gather()
        if row not in self.seen.rows:
            raise BootError(
                f"the menu {self.seen.title!r} has no row {row!r}",
                causes=(f"it has: {', '.join(filter(None, self.seen.rows))}",),
                last_lines=self._console.screen.lines,
            )
        self._go_to(self.seen.rows.index(row), row)
        self._console.send(Key.ENTER)
        self._wait("the menu's end after Enter", lambda screen: self.is_gone(screen) or None)

    def _go_to(self, wanted: int, row: str) -> None:
        """Move the bar there, one way only: a bar that has gone past skips the row."""
        refused = BootError(
            f"the menu {self.seen.title!r} lets nobody select the row {row!r}",
            causes=("it is a line between items",),
            last_lines=self._console.screen.lines,
        )
        down = self.seen.at < wanted
        while self.seen.at != wanted:
            if (self.seen.at < wanted) != down:
                raise refused
            try:
                self._press(down=down)
            except BootTimeoutError as error:  # there is no item beyond it
                raise refused from error

    def _stop_count_down(self) -> None:
        """Press a key that moves nothing as soon as it counts, and wait until all is drawn.

        With the fast clock half a second may be all that there is.
        """
        quiet, is_stopped = Quiet(self._console), False

        def stopped(screen: Screen) -> bool | None:
            nonlocal is_stopped
            if (now := self._standing(screen)) is None:
                return None
            self.seen.see(now)
            if now.counts_down_s is not None and not is_stopped:
                self._console.send(Key.SPACE)
                is_stopped = True
            return quiet.lasts(_DRAWN_S, _DRAWN_S) or None

        self._wait(f"the menu {self.seen.title!r} to be drawn", stopped)

    def gather(self) -> None:
        """Go through all of it, where it is longer than the screen."""
        self.seen.touch()
        for down in (True, False):
            # Behind the last row that can be selected there may be others, which never come.
            with suppress(BootTimeoutError):
                while self.seen.drawn.more_below if down else self.seen.drawn.more_above:
                    self._press(down=down)

    def _press(self, *, down: bool) -> None:
        """Press an arrow key, and wait until another row is selected."""
        key, before = Key.DOWN if down else Key.UP, self.seen.drawn

        def moved(screen: Screen) -> DrawnMenu | None:
            now = self._standing(screen)
            return now if now and (now.items, now.at) != (before.items, before.at) else None

        self._console.send(key)
        now = self._wait(f"another row than {before.selected!r} after the key {key.name}", moved)
        if now.items != before.items or (now.at > before.at) is not down:
            now = self._wait_until_drawn()
        self.seen.moved(now, down=down)

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
