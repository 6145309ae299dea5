"""What stands on the guest's serial terminal now: the one owner of pyte.

Rows of text with their colours, the cursor, and what is highlighted. What a loader's menu
means by it, the loader knows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, NamedTuple

from harness.guest.console.terminal import WIDTH, Piece

if TYPE_CHECKING:
    import pyte
    from pyte.screens import Char

ROWS = 25
_LARGE_ROWS, _LARGE_COLUMNS = 50, 100
"""OVMF's set-up screens are larger; a position beyond that only asks for the terminal's size."""
_MOST_ROWS, _MOST_COLUMNS = 64, 256
"""Newer OVMF asks for as large a terminal as it has a video mode for (xterm's `CSI 8 ; … t`)."""

_NEARLY_WIDTH = 60
"""iPXE counts bytes: a row with characters of several bytes falls short of the edge."""

_FRAME = "│"
_FURTHER_IN = 2
_BULLET = " >"
"""What stands before an item of UEFI's set-up that leads to another page, or a triangle does."""

_ACTIONS: dict[str, Callable[[pyte.Screen, tuple[int, ...]], None]] = {
    "A": lambda screen, params: screen.cursor_up(*params[:1]),
    "B": lambda screen, params: screen.cursor_down(*params[:1]),
    "C": lambda screen, params: screen.cursor_forward(*params[:1]),
    "D": lambda screen, params: screen.cursor_back(*params[:1]),
    "G": lambda screen, params: screen.cursor_to_column(*params[:1]),
    "H": lambda screen, params: _place(screen, params),
    "J": lambda screen, params: screen.erase_in_display(_how(params)),
    "K": lambda screen, params: screen.erase_in_line(_how(params)),
    "L": lambda screen, params: screen.insert_lines(*params[:1]),
    "M": lambda screen, params: screen.delete_lines(*params[:1]),
    "P": lambda screen, params: screen.delete_characters(*params[:1]),
    "X": lambda screen, params: screen.erase_characters(*params[:1]),
    "d": lambda screen, params: screen.cursor_to_line(*params[:1]),
    "f": lambda screen, params: _place(screen, params),
    "m": lambda screen, params: screen.select_graphic_rendition(*params),
    "r": lambda screen, params: screen.set_margins(*params[:2]),
    "t": lambda screen, params: _size(screen, params),
    "\x1bc": lambda screen, params: screen.reset(),
    "\x1b7": lambda screen, params: _save(screen),
    "\x1b8": lambda screen, params: screen.restore_cursor(),
    "\x1bD": lambda screen, params: screen.index(),
    "\x1bM": lambda screen, params: screen.reverse_index(),
}


def _place(screen: pyte.Screen, params: tuple[int, ...]) -> None:
    """Place the cursor; a position outside makes the screen larger, if OVMF may mean it."""
    row, column = (*params, 0, 0)[:2]
    if row <= _LARGE_ROWS and column <= _LARGE_COLUMNS:
        screen.resize(
            _LARGE_ROWS if row > screen.lines else screen.lines,
            _LARGE_COLUMNS if column > screen.columns else screen.columns,
        )
    screen.cursor_position(row, column)


def _save(screen: pyte.Screen) -> None:
    """Save the cursor in the place of the one saved before: a terminal keeps one."""
    screen.savepoints.clear()
    screen.save_cursor()


def _size(screen: pyte.Screen, params: tuple[int, ...]) -> None:
    what, rows, columns = (*params, 0, 0, 0)[:3]
    if what == 8 and ROWS <= rows <= _MOST_ROWS and WIDTH <= columns <= _MOST_COLUMNS:
        screen.resize(rows, columns)


def _how(params: tuple[int, ...]) -> int:
    """Which part to erase; an unknown number counts as the default, as on a terminal."""
    return params[0] if params and params[0] in (0, 1, 2) else 0


def _marked(letters: list[str], colours: list[str]) -> str:
    """Give the text that stands in a row on another colour than the row's own, if any does.

    A form fills the screen: its colour is that of the first cell, frames begin at the
    second one and a highlight further in. A menu may also stand in a frame of its own.
    A highlight that is half drawn counts for nothing: text of the row's own colour is
    close to it, on the one side while it comes and on the other while it goes.
    """
    nearest = _FURTHER_IN
    if letters.count(_FRAME) > 1:
        first, last = letters.index(_FRAME), len(letters) - 1 - letters[::-1].index(_FRAME)
        letters, colours, nearest = letters[first:last], colours[first:last], 1
    marked = [colour != colours[0] for colour in colours]
    start = marked.index(True) if True in marked else 0
    if start < nearest or False not in marked[start:]:
        return ""
    end = marked.index(False, start)
    beside = letters[max(nearest, start) - nearest : start] + letters[end : end + 2]
    half_drawn = any(letter.isascii() and letter not in _BULLET for letter in beside)
    text = "".join(letters[start:end]).strip()
    return text if any(map(str.isalnum, text)) and not half_drawn else ""


class Row(NamedTuple):
    """One row of the screen."""

    text: str
    bold: int
    """How many of its cells are bold without a gap, from the second one on."""
    marked: str = ""
    """The text that a form of UEFI's set-up highlights in it, if any."""
    grounds: tuple[str, ...] = ()
    """The colour behind each of its cells."""


class Cell(NamedTuple):
    """One cell of the screen, as an operator saw it."""

    text: str
    front: str
    """A name of ANSI's colours (`red`, `brightblue`; `brown` is its yellow), or six hex digits."""
    back: str
    bold: bool


class Highlight(NamedTuple):
    """The item that a form has highlighted: in which row, and what it says."""

    row: int
    text: str


@lru_cache(maxsize=4096)
def _cell(char: Char) -> Cell:
    # One of pyte's names is mistyped.
    bg = char.bg.replace("bfight", "bright")
    front, back = (bg, char.fg) if char.reverse else (char.fg, bg)
    if char.reverse and back == "default":
        back = "white"
    if char.reverse and front == "default":
        front = "black"
    return Cell(text=char.data, front=front, back=back, bold=char.bold)


class Screen:
    """A terminal of 80 by 25 that follows the guest's serial line."""

    def __init__(self, *, fills: bool = False) -> None:
        """Start blank.

        With `fills` whatever is erased takes the colour behind the cursor, as on a terminal; pyte
        gives it only to cells in which something has stood, and who reads menus is used to that.
        """
        self._fills = fills
        self._rows: list[Row] = []
        self.cleared = 0
        """How often the guest has cleared it."""

    @cached_property
    def _screen(self) -> pyte.Screen:
        # It takes long to import: until a guest has sent something nobody waits for it.
        from pyte import Screen as Pyte

        return Pyte(WIDTH, ROWS)

    def feed(self, pieces: Iterable[Piece]) -> None:
        """Draw what the guest sent."""
        for piece in pieces:
            if piece.text:
                self._draw(piece.text)
            elif not piece.private and (action := _ACTIONS.get(piece.final)):
                self.cleared += piece.final == "J"
                if self._fills and piece.final in "JK":
                    self._write_blanks()
                action(self._screen, piece.params)

    def _write_blanks(self) -> None:
        """Let each cell be one in which something has stood."""
        for row in range(self._screen.lines):
            line = self._screen.buffer[row]
            for column in range(self._screen.columns):
                line[column] = line[column]

    def _draw(self, text: str) -> None:
        for run in re.findall(r"[\r\n\b\t]|[^\r\n\b\t]+", text):
            match run:
                case "\r":
                    self._screen.carriage_return()
                case "\n":
                    self._screen.linefeed()
                case "\b":
                    self._screen.backspace()
                case "\t":
                    self._screen.tab()
                case _:
                    self._screen.draw(run)

    @property
    def painted(self) -> list[Row]:
        """Give every row with its colours; only those that changed are made anew."""
        if len(self._rows) != self._screen.lines:
            self._rows = [self._row(row) for row in range(self._screen.lines)]
        for row in self._screen.dirty:
            if row < len(self._rows):
                self._rows[row] = self._row(row)
        self._screen.dirty.clear()
        return self._rows

    def _row(self, row: int) -> Row:
        line = self._screen.buffer[row]
        cells = [line[column] for column in range(self._screen.columns)]
        grounds = [cell.bg for cell in cells]
        return Row(
            text="".join(cell.data for cell in cells).rstrip(),
            bold=next((n for n, cell in enumerate(cells[1:]) if not cell.bold), len(cells) - 1),
            marked=_marked([cell.data for cell in cells], grounds),
            grounds=tuple(grounds),
        )

    def take_changed(self) -> dict[int, list[Cell]]:
        """Give the rows that were drawn on since they were taken last, in colour, cell by cell.

        What is shown in reverse is turned round. `painted` knows nothing of these rows any more.
        """
        screen = self._screen
        changed = sorted(row for row in screen.dirty if row < screen.lines)
        screen.dirty.clear()
        columns = range(screen.columns)
        return {row: [_cell(screen.buffer[row][column]) for column in columns] for row in changed}

    @property
    def rows(self) -> tuple[str, ...]:
        """Give the text of every row, without blanks at its end."""
        return tuple(row.text for row in self.painted)

    @property
    def lines(self) -> tuple[str, ...]:
        """Give the rows that have any text: what a person would read out."""
        return tuple(text for text in self.rows if text)

    @property
    def size(self) -> tuple[int, int]:
        """Give how many rows and columns it has."""
        return self._screen.lines, self._screen.columns

    @property
    def cursor(self) -> tuple[int, int]:
        """Give the cursor's row and column, counted from 0."""
        return self._screen.cursor.y, min(self._screen.cursor.x, self._screen.columns - 1)

    @property
    def before_cursor(self) -> str:
        """Give the text of the cursor's row up to the cursor, and the full row above it."""
        cursor = self._screen.cursor
        above = self.rows[cursor.y - 1] if cursor.y else ""
        above = above if len(above) == self._screen.columns else ""
        return above + self.rows[cursor.y].ljust(cursor.x)[: cursor.x]

    @property
    def highlighted(self) -> Highlight | None:
        """Give what a form of UEFI's set-up has highlighted; None without, or while half drawn."""
        marked = [Highlight(n, row.marked) for n, row in enumerate(self.painted) if row.marked]
        return marked[0] if len(marked) == 1 else None

    @property
    def selected_row(self) -> int | None:
        """Give the one row that is bold nearly from edge to edge, counted from 0.

        So iPXE shows the selected item, whatever colours its script has set. None without one.
        """
        bold = [number for number, row in enumerate(self.painted) if row.bold >= _NEARLY_WIDTH]
        return bold[0] if len(bold) == 1 else None
