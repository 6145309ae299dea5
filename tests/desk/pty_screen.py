"""A terminal that is a real pty, and what a person sees on it."""

import fcntl
import os
import pty
import re
import select
import struct
import termios
from typing import TextIO

import pyte

from harness.deadline import Deadline

_ALTERNATE = re.compile(rb"(\x1b\[\?1049[hl])")
_BEGUN = re.compile(rb"\x1b(?:\[(?:\?(?:1(?:0(?:4(?:9)?)?)?)?)?)?$")
"""What may become one: a pty gives out what has arrived, and that ends anywhere."""


class PtyScreen:
    """Both screens that a terminal has: its own, and the one that a program may take."""

    def __init__(self, columns: int, rows: int) -> None:
        """Open it."""
        self.person, self.program = pty.openpty()
        self._screens = [pyte.Screen(columns, rows), pyte.Screen(columns, rows)]
        self._streams = [pyte.ByteStream(each) for each in self._screens]
        self._is_taken = False
        self._begun = b""
        self.said = b""
        self.resize(columns, rows)

    def resize(self, columns: int, rows: int) -> None:
        """Make the window larger or smaller."""
        size = struct.pack("HHHH", rows, columns, 0, 0)
        fcntl.ioctl(self.person, termios.TIOCSWINSZ, size)
        for each in self._screens:
            each.resize(rows, columns)

    def file(self) -> TextIO:
        """Give it as a program's standard output."""
        return os.fdopen(os.dup(self.program), "w")

    def taken(self) -> bool:
        """Whether a program has taken the other screen."""
        return self._is_taken

    @property
    def rows(self) -> list[str]:
        """What stands there."""
        return [row.rstrip() for row in self._screens[self._is_taken].display]

    @property
    def text(self) -> str:
        """The same as one text."""
        return "\n".join(self.rows)

    @property
    def cursor_hidden(self) -> bool:
        """Whether there is no cursor."""
        return self._screens[1].cursor.hidden or self._screens[0].cursor.hidden

    def read(self, timeout_s: float = 0.2) -> bool:
        """Take in what has been written; False when there was nothing."""
        if not select.select([self.person], [], [], timeout_s)[0]:
            return False
        try:
            data = os.read(self.person, 1 << 16)
        except OSError:  # nobody has the other end any more
            return False
        self.said += data
        self._draw(self._begun + data)
        return bool(data)

    def _draw(self, data: bytes) -> None:
        """Put it on the screen that it is for; keep what may be half of a change between them."""
        begun = _BEGUN.search(data)
        self._begun = begun[0] if begun else b""
        for part in _ALTERNATE.split(data.removesuffix(self._begun)):
            if _ALTERNATE.fullmatch(part):
                self._is_taken = part.endswith(b"h")
            else:
                self._streams[self._is_taken].feed(part)

    def read_all(self) -> None:
        """Take in all that has been written: what is written behind it comes behind it."""
        end = b"\x1b]0;%d\x07" % len(self.said)
        os.write(self.program, end)
        deadline = Deadline(60.0, "the end of what has been written")
        while not self.said.endswith(end) and not deadline.expired:
            self.read()
        self.said = self.said.removesuffix(end)

    def wait_for(self, text: str, *, timeout_s: float = 60.0) -> None:
        """Read until a text stands there."""
        deadline = Deadline(timeout_s, text)
        while text not in self.text and not deadline.expired:
            self.read()
        assert text in self.text, self.text

    def type(self, keys: bytes) -> None:
        """Press keys."""
        os.write(self.person, keys)

    def close(self) -> None:
        """Give it back."""
        os.close(self.person)
        os.close(self.program)
