"""Peers on the other end of a console's pipes: scripted, an iPXE menu, an iPXE prompt."""

import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from harness.guest.console.console import Console
from harness.guest.console.failure_table import FailureTable
from harness.guest.console.patience import Patience
from harness.guest.console.wait import Ending, Lifeline, unknown_ending
from harness.loaders import LOADERS

DATA = Path(__file__).parent / "data"
WIDTH = 78
LONG_S = 30.0
_HANG_UP = b"\xff"
"""What ends a guest's own listening: no key of the harness has this byte."""


class FakeGuest:
    """A guest that says what the test tells it to; subclasses answer keys."""

    def __init__(self, pipe_path: Path) -> None:
        """Open both pipes, for reading and writing as QEMU does."""
        self.heard = b""
        self._changed = threading.Condition()
        self._keys = os.open(f"{pipe_path}.in", os.O_RDWR)
        self._output = os.open(f"{pipe_path}.out", os.O_RDWR | os.O_NONBLOCK)
        self._ended = False
        self._listening = threading.Thread(target=self._listen, daemon=True)
        self._listening.start()

    def __enter__(self) -> Self:
        """Be there."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End."""
        self.end()

    def say(self, *parts: str | bytes) -> None:
        """Send each part in a write of its own; what finds no room is an error."""
        for part in parts:
            os.write(self._output, part.encode() if isinstance(part, str) else part)

    def end(self) -> None:
        """Hang up; harmless the second time."""
        if self._ended:
            return
        self._ended = True
        os.write(self._keys, _HANG_UP)
        self._listening.join()
        os.close(self._keys)
        os.close(self._output)

    def wait_until_heard(self, keys: bytes) -> None:
        """Wait for keys of the harness."""
        with self._changed:
            if not self._changed.wait_for(lambda: keys in self.heard, timeout=5):
                raise TimeoutError(f"{keys!r} did not come, only {self.heard!r}")

    def _listen(self) -> None:
        """Take keys until it ends itself."""
        last = b""
        while not last:
            keys, last, _ = os.read(self._keys, 64).partition(_HANG_UP)
            with self._changed:
                self.heard += keys
                self._changed.notify_all()
            if keys:
                self.answer(keys)

    def answer(self, keys: bytes) -> None:
        """Say nothing."""


class FakeMenu(FakeGuest):
    """Draws a menu as iPXE does on a BIOS, and follows the arrow keys."""

    def __init__(self, pipe_path: Path, items: Sequence[str], *, title: str = "Menu") -> None:
        """Open the pipes; `draw` draws."""
        self.items = list(items)
        self.title = title
        self.at = 0
        self.countdown: int | None = 5
        self.obeys = True
        super().__init__(pipe_path)

    def draw(self) -> None:
        """Draw title, items and the empty rows below them."""
        self.say(f"\x1b[2J\x1b[0;44m\x1b[2J\x1b[02;30H\x1b[0;44;1m{self.title}")
        for number in range(18):
            self._item(number)

    def _item(self, number: int) -> None:
        """Draw one row."""
        text = f"  {self.items[number]}" if number < len(self.items) else ""
        selected = number == self.at and text
        left = f"({self.countdown})  " if selected and self.countdown is not None else ""
        colour = "\x1b[0;41;1m" if selected else "\x1b[0;44m"
        self.say(f"\x1b[{number + 4:02};02H{colour}{text.ljust(WIDTH - len(left))}{left}")

    def answer(self, keys: bytes) -> None:
        """Move, choose, or only stop the count-down."""
        if not self.obeys:
            return
        before, self.countdown = self.at, None
        step = {b"\x1b[A": -1, b"\x1b[B": 1}.get(keys, 0)
        beyond = range(self.at + step, len(self.items) if step > 0 else -1, step or 1)
        items = (place for place in beyond if not self.items[place].startswith("--"))
        self.at = next(items, self.at) if step else self.at
        self._item(before)
        self._item(self.at)
        if keys == b"\r":
            self.leave()

    def leave(self) -> None:
        """Clear the screen, as iPXE does at the menu's end."""
        self.say(f"\x1b[0m\x1b[2J\x1b[1;1Hbooting {self.items[self.at]}\r\n")


class FakePrompt(FakeGuest):
    """An iPXE ROM: its prompt after Ctrl-B, an echo, and a keyboard buffer of 15 keys."""

    def __init__(self, pipe_path: Path) -> None:
        """Open the pipes."""
        self.lines: list[str] = []
        self._typed = ""
        super().__init__(pipe_path)

    def answer(self, keys: bytes) -> None:
        """Echo what fits into the buffer; take a line at Enter."""
        for key in keys[:15].decode():
            if key == "\x02":
                self.say("Press Ctrl-B\b \b\b \b\r\niPXE> ")
            elif key == "\r":
                self.lines.append(self._typed)
                self._typed = ""
                self.say("\r\nok\r\niPXE> ")
            else:
                self._typed += key
                self.say(key)


@contextmanager
def attached(
    directory: Path,
    *,
    lifelines: Sequence[Lifeline] = (),
    first_byte_s: float = LONG_S,
    patience: Patience | None = None,
    ending: Ending = unknown_ending,
    is_warm: bool = False,
) -> Iterator[tuple[Console, FakeGuest]]:
    """Give a console and the guest on it."""
    console = Console(
        directory / "s",
        directory / "console.raw",
        patience=patience,
        lifelines=lifelines,
        first_byte_s=first_byte_s,
        failures=FailureTable(LOADERS),
        ending=ending,
    )
    with console, FakeGuest(directory / "s") as guest:
        console.attach(is_warm=is_warm)
        yield console, guest
