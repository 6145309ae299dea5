"""Keys that cannot wait until somebody has looked at a screen.

With the fast clock a count-down of five seconds is over after a twentieth of one.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

Keys: TypeAlias = Mapping[re.Pattern[bytes], str]
"""The key by the sign at which it is due: what the guest sends then."""

_CLEARED = b"\x1b[2J"
_MOVES = re.compile(rb"\x1b\[[\d;?]*[A-Za-z]|\s+")
"""Where a terminal is told to write, and in which colour."""
_LONGEST = 1 << 14
"""Of what is drawn without a clearing the beginning is forgotten."""
_LONGEST_SIGN = 512
"""A sign may come in two pieces."""


@dataclass(frozen=True, kw_only=True)
class _Armed:
    keys: Keys
    again: bool
    """Whether the key is meant for what has been drawn before alone."""


class Reflexes:
    """Sees signs in what a guest sends, in whatever pieces it comes, and says which key is due."""

    def __init__(self) -> None:
        """Begin with none that is armed."""
        self._armed: _Armed | None = None
        self._drawing = b""
        """What has come since the screen was cleared."""
        self._is_told = False
        """Whether a sign was in it: what counts down gives many."""
        self._drawn = set[bytes]()
        """What had been drawn when a sign came, for all that has had one."""

    def arm(self, keys: Keys, *, again: bool = False) -> None:
        """Have one key be due at its sign, once; `again`: under a drawing that is an old one."""
        self._armed = _Armed(keys=keys, again=again)

    def due(self, data: bytes) -> str | None:
        """Take in what the guest has sent; give the key that is to be pressed now."""
        key = None
        first, *drawings = data.split(_CLEARED)
        seen = len(self._drawing)
        for number, part in enumerate((self._drawing + first, *drawings)):
            if number:
                self._is_told, seen = False, 0
            self._drawing = part
            key = key or self._looked(max(0, seen - _LONGEST_SIGN))
        self._drawing = self._drawing[-_LONGEST:]
        return key

    def _looked(self, start: int) -> str | None:
        """Look for a sign in what was drawn last, from a place on; give its key if it is due."""
        armed = self._armed
        if armed is None:
            return None
        found = ((sign.search(self._drawing, start), key) for sign, key in armed.keys.items())
        match, key = next(((match, key) for match, key in found if match), (None, None))
        if match is None:
            return None
        before = _MOVES.sub(b"", self._drawing[: match.start()])
        is_old = before in self._drawn and not self._is_told
        if not self._is_told:
            self._is_told = True
            self._drawn.add(before)
        if armed.again and not is_old:
            return None
        self._armed = None
        return key
