"""Take a serial stream apart: text on one side, control sequences on the other.

Pure and incremental: a chunk may end in the middle of a character or of a
sequence. It knows nothing of a screen (`screen`) nor of what the text means
(`failure`).
"""

import codecs
import functools
import re
import unicodedata
from collections.abc import Iterable
from typing import NamedTuple

WIDTH = 80
"""Columns of the text mode that SeaBIOS, OVMF and iPXE draw for."""

_MAX_SEQUENCE = 256
"""An escape that has not ended after so many characters never will: it is noise."""

_PIECE = re.compile(
    r"(?P<text>[^\x1b]+)"
    r"|\x1b\[(?P<private>[<-?]?)(?P<params>[0-9;:]{0,64})[ -/]{0,8}(?P<final>[@-~])"
    r"|\x1b\][^\x07\x1b]{0,200}(?:\x07|\x1b\\)"
    r"|\x1b[ -/]{0,8}(?P<escape>[0-Z\\^-~])"
    r"|\x1b"
)
# What can still become one of these. Both have the same limits, or a chunk's end would matter.
_UNFINISHED = re.compile(
    r"\x1b(?:\[[<-?]?[0-9;:]{0,64}[ -/]{0,8}|\][^\x07\x1b]{0,200}\x1b?|[ -/]{0,8})?\Z"
)
_CONTROL = re.compile(r"[\x00-\x07\x0b-\x0c\x0e-\x1a\x1c-\x1f\x7f-\x9f]")
_RUN = re.compile(r"\r+\n?|[\n\b]|[^\r\n\b]+")


class Piece(NamedTuple):
    """A run of text, or one control sequence."""

    text: str = ""
    """Printable characters, CR, LF, BS and TAB; empty in a sequence."""
    final: str = ""
    """The letter of the sequence: `H` places the cursor; `ESC c` and its like have ESC in front."""
    params: tuple[int, ...] = ()
    private: bool = False
    """A sequence of one terminal's own, such as `ESC[?7l` or OVMF's `ESC[=3h`."""


@functools.lru_cache(maxsize=4096)
def _printable(char: str) -> str:
    """Give the character, or a stand-in for one that does not fill exactly one cell."""
    narrow = unicodedata.east_asian_width(char) not in "WF"
    return char if char.isprintable() and narrow and not unicodedata.combining(char) else "\ufffd"


def _clean(text: str) -> str:
    """Drop control characters that move nothing; replace what fits no cell."""
    text = _CONTROL.sub("", text)
    if text.isascii():
        return text
    return "".join(char if char < "\x7f" else _printable(char) for char in text)


class Decoder:
    """Bytes of a serial line in, pieces out; keeps an unfinished end for the next chunk."""

    def __init__(self) -> None:
        """Start with nothing kept."""
        self._utf8 = codecs.getincrementaldecoder("utf-8")("replace")
        self._kept = ""

    def feed(self, data: bytes) -> list[Piece]:
        """Take the next chunk apart."""
        text = self._kept + self._utf8.decode(data)
        unfinished = _UNFINISHED.search(text, max(0, len(text) - _MAX_SEQUENCE))
        end = unfinished.start() if unfinished else len(text)
        self._kept = text[end:]
        return [piece for found in _PIECE.finditer(text, 0, end) if (piece := _piece(found))]


def _piece(found: re.Match[str]) -> Piece | None:
    """Make a piece of a match; None for what carries nothing."""
    if text := found["text"]:
        cleaned = _clean(text)
        return Piece(text=cleaned) if cleaned else None
    if final := found["final"]:
        params = tuple(int(word[:4] or 0) for word in re.split("[;:]", found["params"])[:16])
        return Piece(final=final, params=params, private=bool(found["private"]))
    if escape := found["escape"]:
        return Piece(final=f"\x1b{escape}")
    return None


class PlainText:
    """The stream as lines, for people and patterns.

    Placing the cursor elsewhere begins a new line, and so does text in the place of an
    erased line; a line that SeaBIOS broke at the screen's edge is whole again.
    """

    def __init__(self) -> None:
        """Start at the beginning of a line."""
        self._column = 0
        self._row: int | None = None
        """The row in which the cursor was placed; None since a line has ended."""
        self._is_back = False
        """Whether the cursor was placed on the last character."""
        self._begun = False
        self._erasing = False
        self._breaks_lines = False
        self._kept = ""

    def feed(self, pieces: Iterable[Piece]) -> str:
        """Give the text of the next pieces."""
        return "".join(
            self._sequence(piece) if piece.final else self._text(piece.text) for piece in pieces
        )

    def _sequence(self, piece: Piece) -> str:
        """Begin a new line where the cursor is placed or the screen cleared."""
        if piece.private and piece.final == "l" and 7 in piece.params:
            # SeaBIOS' serial console: it switches the terminal's own wrapping
            # off and breaks every line of the BIOS screen itself.
            self._breaks_lines = True
        if piece.final in ("H", "f") and not self._is_moved(piece):
            return ""
        if piece.private or piece.final not in ("H", "f", "J", "\x1bc"):
            return ""
        kept, self._kept = self._kept, ""
        begun, self._begun = self._begun, False
        return "\n" if begun or kept else ""

    def _is_moved(self, piece: Piece) -> bool:
        """Place the cursor; say whether it stood elsewhere.

        Syslinux for UEFI places it before each letter; SeaBIOS, now and then, on the last one and
        then behind it again.
        """
        row = piece.params[0] if piece.params else 1
        column = max(0, piece.params[1] - 1 if len(piece.params) > 1 else 0)
        is_here = self._row in (None, row) and not self._kept
        self._row = row
        if is_here and self._begun and column == self._column - 1:
            self._is_back = True
            return False
        stood, self._column, self._is_back = self._column, column, False
        return not (is_here and column == stood)

    def _text(self, text: str) -> str:
        text = self._kept + text
        self._kept = "\r" if text.endswith("\r") else ""
        return "".join(map(self._run, _RUN.findall(text.rstrip("\r"))))

    def _run(self, run: str) -> str:
        if run == "\b":
            self._column = max(0, self._column - 1)
            self._erasing = True
            return ""
        if run[0] in "\r\n":
            return self._line_end(run)
        if self._erasing:
            blanks = len(run) - len(run.lstrip(" "))
            self._column += blanks
            run = run[blanks:]
        if not run:
            return ""
        column, self._column = self._column, self._column + len(run)
        again = self._begun and (self._is_back or (self._erasing and column == 0))
        self._is_back = False
        self._erasing, self._begun = False, True
        # Whoever writes beyond the edge is not the BIOS screen any more.
        self._breaks_lines = self._breaks_lines and self._column <= WIDTH
        return f"\n{run}" if again else run

    def _line_end(self, run: str) -> str:
        """Give a line end, unless it only marks the screen's edge."""
        broken = self._breaks_lines and self._column == WIDTH and run.endswith("\n")
        self._column, self._erasing, self._row = 0, False, None
        self._begun = self._begun and broken
        return "" if broken else "\n"
