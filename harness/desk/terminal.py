"""Where a desk's lines go: a terminal, at whose foot one line may change, or a log."""

import os
import shutil
from contextlib import suppress
from typing import TextIO

_CLEAR = "\r\x1b[K"


class Terminal:
    """Lines that stay, and on a terminal one below them that does not."""

    def __init__(self, out: TextIO) -> None:
        """Show it there."""
        self.file = out
        self._is_live = out.isatty() and os.environ.get("TERM", "dumb") != "dumb"
        self._shown = ""

    @property
    def size(self) -> os.terminal_size | None:
        """How large it is now; None of a log."""
        with suppress(OSError, ValueError):
            return os.get_terminal_size(self.file.fileno()) if self._is_live else None
        return None

    def say(self, line: str) -> None:
        """Print a line above the one that changes."""
        clear, again = (_CLEAR, self._shown) if self._shown else ("", "")
        print(f"{clear}{line}\n{again}", end="", file=self.file, flush=True)

    def show(self, line: str) -> None:
        """Draw the line that changes; a log has none."""
        if not self._is_live or line == self._shown:
            return
        self._shown = line[: shutil.get_terminal_size().columns - 1]
        print(f"{_CLEAR}{self._shown}", end="", file=self.file, flush=True)
