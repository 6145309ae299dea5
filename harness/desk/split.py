"""A machine's screen beside what is told of it, on one terminal; what is typed goes to the machine.

Drawn on the terminal's other screen, which a person leaves by Ctrl-]: what was told meanwhile is
then printed as lines, and goes on so. Enter brings it back.
"""

import os
import textwrap
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import groupby
from pathlib import Path
from typing import Self

from rich.console import Console, Group
from rich.live import Live
from rich.style import Style
from rich.text import Text

from harness.desk.console import DETACH, find_console, raw_terminal
from harness.desk.terminal import Terminal
from harness.guest.console.screen import ROWS, Cell, Screen
from harness.guest.console.terminal import WIDTH, Decoder, Piece
from harness.lab import Guest, Lab
from harness.lab.running import find_lab, running_labs

_LEAST_BESIDE = 38
"""Columns without which lines beside the screen are not worth reading."""
LEAST_COLUMNS, LEAST_ROWS = WIDTH + 2 + _LEAST_BESIDE, ROWS + 1
TICK_MS = 50
_LOOKS_EVERY = 5
"""At the witnesses it looks once in so many ticks; keys and screen do not wait for that."""
_INDENT = " " * 11
"""Of what does not fit on one line: behind the time."""
_STYLES = {"phase": "bold", "menu": "cyan", "console": "yellow", "harness": "red"}


@contextmanager
def beside(
    lab: Lab, guest: Guest, out: Terminal, told: Sequence[str], *, stdin: int | None
) -> Iterator["SplitView | None"]:
    """Show a guest's screen until the end; None where keys or terminal are not a person's."""
    if stdin is None or not os.isatty(stdin) or not fits(out):
        yield None
        return
    console = find_console(find_lab(str(lab.namespace.pid), running_labs()), guest.spec.name)
    with SplitView(
        out,
        name=f"{guest.spec.name}, {guest.path}",
        raw_path=console.store.console_raw_path,
        send=console.send,
        is_on=lambda: guest.power.is_on,
        stdin=stdin,
        told=told,
    ) as view:
        yield view


def fits(out: Terminal) -> bool:
    """Whether a terminal is large enough for a screen and lines beside it."""
    size = out.size
    return size is not None and size.columns >= LEAST_COLUMNS and size.lines >= LEAST_ROWS


class SplitView:
    """Shows both, while it is open; what is said is a line of the terminal's else."""

    def __init__(
        self,
        out: Terminal,
        *,
        name: str,
        raw_path: Path,
        send: Callable[[bytes], bool],
        is_on: Callable[[], bool],
        stdin: int,
        told: Sequence[str] = (),
    ) -> None:
        """Keep what it shows; `told` was printed before."""
        self._out, self._name, self._raw_path = out, name, raw_path
        self._send, self._is_on, self._stdin = send, is_on, stdin
        self._lines = list(told)
        self._printed = len(self._lines)
        """So many of the lines are on the terminal's own screen."""
        self._bar = ""
        self._read = 0
        """Bytes of the console that were drawn."""
        self._decoder, self._drawing = Decoder(), Drawing()
        self._console = Console(file=out.file, force_terminal=True, highlight=False)
        self._live: Live | None = None
        self._opened = ExitStack()
        self._lock = threading.RLock()
        """A guest's power is told of by another thread."""
        self._shown: object = None
        self._ticks = 0

    def __enter__(self) -> Self:
        """Begin to show both."""
        self.open()
        return self

    def __exit__(self, *_: object) -> None:
        """Give the terminal back."""
        self.close()

    def open(self) -> None:
        """Take the terminal: each key is the guest's."""
        with ExitStack() as opening:
            opening.enter_context(raw_terminal(self._stdin, self._out.file.fileno(), prints=True))
            live = Live(
                get_renderable=self._region,
                console=self._console,
                screen=True,
                auto_refresh=False,
                redirect_stdout=False,
                redirect_stderr=False,
            )
            self._live, self._shown = live, None
            opening.callback(self._forget)
            self._console.size = self._size
            opening.enter_context(live)
            self._opened = opening.pop_all()

    def _forget(self) -> None:
        self._live = None

    def close(self) -> None:
        """Give the terminal back, with the lines that were told meanwhile; harmless when closed."""
        with self._lock:
            self._opened.close()
            new, self._printed = self._lines[self._printed :], len(self._lines)
            for line in new:
                self._out.say(line)

    @property
    def _size(self) -> os.terminal_size:
        return self._out.size or os.terminal_size((LEAST_COLUMNS, LEAST_ROWS))

    def say(self, line: str) -> None:
        """Show a line that stays."""
        with self._lock:
            self._lines.append(line)
            if self._live is None:
                self._printed = len(self._lines)
                self._out.say(line)

    def show(self, line: str) -> None:
        """Show what goes on at this moment; "" for nothing."""
        self._bar = line
        if self._live is None:
            self._out.show(line)

    def typed(self, keys: bytes) -> None:
        """Take what was typed: the guest's, but for Ctrl-]; closed, Enter opens it."""
        if self._live is None:
            if b"\n" in keys and fits(self._out):
                self._out.show("")
                self.open()
            return
        keys, detach, _ = keys.partition(DETACH)
        if keys:
            self._send(keys)
        if detach:
            self.close()
            self._out.say("Enter shows the screen again, Ctrl-C ends the lab.")

    def tick(self, look: Callable[[], None]) -> None:
        """Draw what is new; look at the witnesses when it is time to."""
        self._ticks += 1
        if self._ticks % _LOOKS_EVERY == 0:
            look()
        with self._raw_path.open("rb") as file:
            file.seek(self._read)
            data = file.read()
        self._read += len(data)
        self._drawing.take(self._decoder.feed(data))
        shown = (self._read, len(self._lines), self._bar, self._is_on(), self._size)
        if self._live is not None and shown != self._shown:
            self._shown = shown
            self._console.size = self._size
            self._live.refresh()

    def _region(self) -> Group:
        """Draw the whole terminal; one that has become too small has the screen alone."""
        columns, rows = self._size
        height = max(1, rows - 1)
        left = self._drawing.rows(columns, height, plain=self._console.no_color)
        width = columns - self._drawing.columns - 2
        right = self._pane(width, height) if width >= _LEAST_BESIDE else []
        lines = [
            Text.assemble(
                left[row] if row < len(left) else " " * self._drawing.columns,
                *(("│ ", "dim"), right[row]) if row < len(right) else (),
                no_wrap=True,
                overflow="crop",
            )
            for row in range(height)
        ]
        what = "keys go to it" if self._is_on() else "it is off"
        foot = Text(f" {self._name}: {what}. Ctrl-] shows lines alone; then Ctrl-C ends the lab.")
        foot.truncate(columns, pad=True)
        foot.stylize("reverse")
        return Group(*lines, foot)

    def _pane(self, width: int, height: int) -> list[Text]:
        """Give the last lines, as many as there is room for, and the bar at their foot."""
        foot = [Text(self._bar[:width], style="green")] if self._bar else []
        found: list[Text] = []
        for line in reversed(self._lines):
            if len(found) >= height - len(foot):
                break
            found = [*_wrapped(line, width), *found]
        found = found[len(found) - (height - len(foot)) :] if len(found) >= height else found
        gap = [Text()] * (height - len(foot) - len(found))
        return [*found, *gap, *foot]


def _wrapped(line: str, width: int) -> list[Text]:
    """Part a line; what it is about tells its style."""
    words = line.split(maxsplit=2)
    who = words[1] if len(words) > 1 and words[0][:1].isdigit() else words[0] if words else ""
    parts = textwrap.wrap(line, width, subsequent_indent=_INDENT, break_on_hyphens=False)
    return [Text(part, style=_STYLES.get(who, "")) for part in parts or [""]]


class Drawing:
    """A guest's screen as rich's text: only the rows that have changed are made anew."""

    def __init__(self) -> None:
        """Begin blank."""
        self._screen = Screen(fills=True)
        self._rows: list[Sequence[Cell]] = []

    def take(self, pieces: Sequence[Piece]) -> None:
        """Draw what the guest has sent."""
        self._screen.feed(pieces)
        for number, cells in self._screen.take_changed().items():
            self._rows += [()] * (number + 1 - len(self._rows))
            self._rows[number] = cells
        del self._rows[self._screen.size[0] :]

    @property
    def columns(self) -> int:
        """How wide it is."""
        return self._screen.size[1]

    def rows(self, columns: int, height: int, *, plain: bool) -> list[Text]:
        """Give its rows, as far as there is room: where they do not fit, up to the cursor's.

        `plain` has no colours: what stands out by one is shown in reverse.
        """
        at, column = self._screen.cursor
        first = max(0, at + 1 - height)
        backs = Counter(cell.back for row in self._rows for cell in row)
        ground = backs.most_common(1)[0][0] if plain and backs else None
        found = []
        for number, cells in enumerate(self._rows[first:], start=first):
            text = Text.assemble(
                *(
                    ("".join(cell.text[:1] or " " for cell in cells), style)
                    for style, cells in groupby(cells, key=lambda cell: _style(cell, ground))
                )
            )
            if number == at:
                text.stylize("reverse", column, column + 1)
            text.truncate(columns)
            found.append(text)
        return found[:height]


def _style(cell: Cell, ground: str | None) -> Style:
    """Give a cell's style; without colours (`ground` is the screen's own) only what stands out."""
    if ground is not None:
        return Style(bold=cell.bold, reverse=cell.back != ground)
    return Style(color=_colour(cell.front), bgcolor=_colour(cell.back), bold=cell.bold)


def _colour(name: str) -> str:
    """Give rich's name of a colour."""
    if len(name) == 6 and all(letter in "0123456789abcdef" for letter in name):
        return f"#{name}"
    return name.replace("bright", "bright_").replace("brown", "yellow")
