"""A menu of any loader, read off the screen without knowing it, and worked by keys.

Its rows are those that stand there when it is left, or waits: while it is drawn there are
fewer. One that is longer than the screen is gone through before a row is chosen.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Self, TypeVar

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
STOP_KEYS = {each.counts_down: each.keys.stop for each in LOADERS}
PASSING_PROMPTS = frozenset[str]().union(*(each.passing_prompts for each in LOADERS))
"""Which wait for somebody for a while alone: their loader may go on by itself."""
_KEY_S = 10.0
_AT_THE_END_S = 3.0
"""No other row is selected for so long after an arrow key: the bar stands at an end."""
_DRAWN_S = 0.3
"""Nothing more has come for so long, of the guest's seconds and the host's: all is drawn."""


def read_menu(screen: Screen) -> DrawnMenu | None:
    """Read a menu of whatever loader; None while none is drawn."""
    return next(filter(None, (loader.read_menu(screen) for loader in LOADERS)), None)


def read_prompt(screen: Screen) -> str | None:
    """Say what waits for an operator's commands: of whatever loader, or of the firmware."""
    loaders = (loader.read_prompt(screen) for loader in LOADERS)
    return next(filter(None, loaders), None) or shell_at_prompt(screen)


class RowError(BootError):
    """A menu has no such row, or lets nobody select it."""

    selectable: tuple[str, ...] = ()
    """Those that can be selected, if somebody has gone through it."""


def stop_next_count_down(console: Console) -> None:
    """Have the next menu's count-down ended by a key that moves nothing, the moment it begins.

    With the fast clock five seconds pass in a twentieth of one.
    """
    console.press_at(STOP_KEYS)


def stop_count_down_again(console: Console) -> None:
    """Have the count-down of a menu ended that comes back, the moment it begins again.

    Who only looks may be late: then its default row has run on.
    """
    console.press_at(STOP_KEYS, again=True)


class SeenMenu:
    """What is known of one menu, from its first row to its end."""

    def __init__(self, drawn: DrawnMenu, *, counts: bool = True) -> None:
        """Take note of it as it comes up; what it shows of a count-down may be another's."""
        self.counts_down_s: int | None = None
        """What it began to count down from."""
        self._counts = counts
        self.rows: list[str] = []
        self._first = 0
        """Which of the rows is the first on the screen."""
        self._selected = drawn.at
        self._is_touched = False
        self._stood_on = set[int]()
        self.drawn = drawn
        """How it stands now."""
        self.see(drawn)

    @property
    def title(self) -> str:
        """Its title; empty where it has none, or its loader writes what it likes there."""
        return self.drawn.title or ""

    @property
    def first_selected(self) -> str:
        """The row that was selected when it came up."""
        return self.rows[self._selected]

    @property
    def at(self) -> int:
        """Which of the rows is selected now."""
        return self._first + self.drawn.at

    @property
    def stood_on(self) -> tuple[str, ...]:
        """Give the rows on which its bar has stood."""
        return tuple(dict.fromkeys(self.rows[number] for number in sorted(self._stood_on)))

    @property
    def shown(self) -> tuple[tuple[str, ...], int]:
        """Give all that is known of it, and the row that was selected before any key."""
        above = (MORE,) * (self._first == 0 and self.drawn.more_above)
        last = self._first + len(self.drawn.items)
        below = (MORE,) * (last == len(self.rows) and self.drawn.more_below)
        return (*above, *self.rows, *below), self._selected + len(above)

    def see(self, drawn: DrawnMenu) -> None:
        """Take in how it stands while nobody has touched a key, or none was needed to see all."""
        if not self._counts:
            drawn = replace(drawn, counts_down_s=None)
        if not self._is_touched:
            if self.rows != list(drawn.items):  # it is still drawn, perhaps over another
                self._selected = drawn.at
            self.rows = list(drawn.items)
            if drawn.at == self._selected and drawn.counts_down_s is not None:
                # A number that is half drawn is smaller, and so is each that follows; where it is
                # drawn over another (`99` over `100`), it is larger.
                is_over = drawn.foot is not None and self.counts_down_s is not None
                first = max(self.counts_down_s or 0, 0 if is_over else drawn.counts_down_s)
                self.counts_down_s = first
        self.drawn = drawn

    def touch(self) -> None:
        """Take note that keys move it from now on."""
        self._is_touched = True
        self._stood_on.add(self.at)

    def has_gone_round(self, drawn: DrawnMenu, *, down: bool) -> bool:
        """Whether a key led from one end to the other: there are menus that go round."""
        if drawn.items == self.drawn.items:
            return (drawn.at > self.drawn.at) is not down
        had_more = self.drawn.more_below if down else self.drawn.more_above
        return drawn.page > 0 and not had_more

    def moved(self, drawn: DrawnMenu, *, down: bool) -> None:
        """Take in how it stands after a key: other rows may have come."""
        if self.has_gone_round(drawn, down=down):
            self._first = 0 if down else len(self.rows) - len(drawn.items)
        elif drawn.items != self.drawn.items:
            self._first += self._scrolled(drawn, down=down)
            if self._first < 0:
                self._selected -= self._first
                self._stood_on = {number - self._first for number in self._stood_on}
                self.rows[:0] = drawn.items[: -self._first]
                self._first = 0
            self.rows[self._first : self._first + len(drawn.items)] = drawn.items
        self.drawn = drawn
        self._stood_on.add(self.at)

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
        self,
        console: Console,
        drawn: DrawnMenu,
        *,
        tolerate: Sequence[Tolerated],
        counts: bool = True,
    ) -> None:
        """Take note of it as it comes up; `counts`: whether it can have a count-down."""
        self.seen = SeenMenu(drawn, counts=counts)
        self.at_s = console.at_s
        self.place = console.length
        """How much text the guest had sent before."""
        self._is_known = False
        """Whether somebody has gone through all of it."""
        self._console = console
        self._tolerate = tolerate
        self.cleared = console.screen.cleared
        """How often the screen had been cleared before it was drawn."""

    @classmethod
    def wait(
        cls,
        console: Console,
        name: str,
        is_it: Callable[[DrawnMenu], bool],
        *,
        timeout_s: float,
        tolerate: Sequence[Tolerated],
    ) -> Self:
        """Wait until such a menu stands on the screen."""

        def drawn(screen: Screen) -> DrawnMenu | None:
            menu = read_menu(screen)
            return menu if menu is not None and is_it(menu) else None

        found = console.wait_for_screen(name, drawn, timeout_s=timeout_s, tolerate=tolerate)
        return cls(console, found, tolerate=tolerate)

    def is_gone(self, screen: Screen) -> bool:
        """Whether the screen was cleared since, or its loader has gone on below it."""
        foot = self.seen.drawn.foot
        is_below = foot is not None and screen.cursor[0] > foot and read_menu(screen) is None
        return is_below or screen.cleared != self.cleared

    def choose(self, row: str, *, goes_through: bool = False) -> None:
        """Go to the first row of this text, and press Enter; before that through all, if wished.

        Raises:
            RowError: it has no such row, or none that can be selected.
            BootError: it has gone before a key was there.
        """
        self._stop_count_down()
        self.go_through() if goes_through else self.gather()
        if row not in self.seen.rows:
            what = f"the menu {self.seen.title!r} has no row {row!r}"
            raise self._error(what, f"it has: {', '.join(filter(None, self.seen.rows))}")
        self._go_to(self.seen.rows.index(row), row)
        self._console.send(Key.ENTER)
        self._wait("the menu's end after Enter", lambda screen: self._has_led_on(screen) or None)

    def _has_led_on(self, screen: Screen) -> bool:
        """Whether it is gone, or its loader draws another in its place."""
        before, now = self.seen.drawn, read_menu(screen)
        if now is None or before.foot is None:
            return self.is_gone(screen)
        return self.is_gone(screen) or (now.title, now.items) != (before.title, before.items)

    def _go_to(self, wanted: int, row: str) -> None:
        """Move the bar there, one way only: a bar that has gone past skips the row."""
        what = f"the menu {self.seen.title!r} lets nobody select the row {row!r}"
        refused = self._error(what, "it is a line between items")
        if self._is_known and row not in self.selectable:
            raise refused
        down = self.seen.at < wanted
        while self.seen.at != wanted:
            if (self.seen.at < wanted) != down:
                raise refused
            try:
                is_beyond = not self._press(down=down)
            except BootTimeoutError as error:  # there is no item beyond it
                raise refused from error
            if is_beyond:
                raise refused

    def _error(self, what: str, cause: str) -> RowError:
        error = RowError(what, causes=(cause,), last_lines=self._console.screen.lines)
        error.selectable = self.selectable
        return error

    @property
    def selectable(self) -> tuple[str, ...]:
        """Give the rows that can be selected; none while nobody has gone through it."""
        return self.seen.stood_on if self._is_known else ()

    def _stop_count_down(self) -> None:
        """Press a key that moves nothing if it counts still, and wait until all is drawn."""
        quiet, is_stopped = Quiet(self._console), False

        def stopped(screen: Screen) -> bool | None:
            nonlocal is_stopped
            if (now := self._standing(screen)) is None:
                return None
            self.seen.see(now)
            if self.seen.drawn.counts_down_s is not None and not is_stopped:
                self._console.send(now.keys.stop)
                is_stopped = True
            return quiet.lasts(_DRAWN_S, _DRAWN_S) or None

        self._wait(f"the menu {self.seen.title!r} to be drawn", stopped)
        if self.seen.drawn.foot is not None:  # the key may have moved the bar, and late
            self.seen.see(self._wait_until_drawn())

    def gather(self) -> None:
        """Go through all of it, where it is longer than the screen."""
        self.seen.touch()
        for down in (True, False):
            # Behind the last row that can be selected there may be others, which never come.
            with suppress(BootTimeoutError):
                while self.seen.drawn.more_below if down else self.seen.drawn.more_above:
                    self._press(down=down)

    def go_through(self) -> None:
        """Let the bar stand on every row on which it can: it skips the lines between items."""
        self.seen.touch()
        for down in (True, False):
            with suppress(BootTimeoutError):
                while self._press(down=down, timeout_s=_AT_THE_END_S):
                    pass
        self._is_known = True

    def _press(self, *, down: bool, timeout_s: float = _KEY_S) -> bool:
        """Press an arrow key, wait until another row is selected; say if none has come before."""
        before = self.seen.drawn
        key, name = (before.keys.down, "down") if down else (before.keys.up, "up")

        def moved(screen: Screen) -> DrawnMenu | None:
            now = self._standing(screen)
            return now if now and (now.items, now.at) != (before.items, before.at) else None

        self._console.send(key)
        what = f"another row than {before.selected!r} after the key {name}"
        now = self._wait(what, moved, timeout_s=timeout_s)
        if now.items != before.items or (now.at > before.at) is not down:
            now = self._wait_until_drawn()
        is_new = not self.seen.has_gone_round(now, down=down)
        self.seen.moved(now, down=down)
        return is_new

    def _wait_until_drawn(self) -> DrawnMenu:
        quiet = Quiet(self._console)
        return self._wait(
            f"the menu {self.seen.title!r} to stand still",
            lambda screen: self._standing(screen) if quiet.lasts(_DRAWN_S, _DRAWN_S) else None,
        )

    def _wait(
        self, what: str, predicate: Callable[[Screen], _T | None], *, timeout_s: float = _KEY_S
    ) -> _T:
        return self._console.wait_for_screen(
            what, predicate, timeout_s=timeout_s, tolerate=self._tolerate
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
