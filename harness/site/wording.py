"""The words for an error in `site.toml`: what is wrong, where, and what is allowed instead."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from harness.site.problem import suggestion

ONE_LINE = r"^[^\x00-\x1f\x7f]+$"
ONE_WORD = r"^[^\s\x00-\x1f\x7f]+$"
"""Patterns of text that stands on a line of a report, or of a kernel's command line."""
_WANTED = {
    "string_type": "text in quotes",
    "int_type": "a whole number",
    "list_type": "a list, [...]",
    "dict_type": "a table",
    "model_type": "a table",
}
_BOUNDS = {
    "greater_than_equal": ("ge", "be at least"),
    "less_than_equal": ("le", "be at most"),
    "too_short": ("min_length", ""),
    "string_too_short": ("min_length", ""),
    "string_pattern_mismatch": ("pattern", ""),
}
"""The validator's word for a bound → where it names it, and how it is said."""
_FOUND = {
    bool: "true or false",
    int: "a whole number",
    float: "a number with a point",
    str: "text",
    list: "a list",
    dict: "a table",
}

_LONGEST = 100
"""Characters of a value that a message has room for."""


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """What the validator has against one value."""

    kind: str
    """Its word for it: `missing`, `extra_forbidden`, `int_type`, …"""
    keys: Sequence[str | int]
    """The way to the value: `menu`, `entries`, `showmax`, `boots`."""
    value: object
    context: Mapping[str, object]
    message: str
    known_keys: Sequence[str]
    """The keys of the table that the value stands in."""

    def explained(self) -> tuple[str, str]:
        """Give what is wrong, and what is allowed instead."""
        where, table = self._where(), _table_name(self.keys[:-1])
        if self.kind == "extra_forbidden":
            return f"unknown key {where}", suggestion(self.keys[-1], self.known_keys)
        if self.kind == "missing":
            return f"{self.keys[-1]!r} is missing from {table}", ""
        if self.kind in ("literal_error", "enum"):
            allowed = re.findall(r"'([^']*)'", str(self.context.get("expected", "")))
            return f"{shown(self.value)} is unknown as {where}", suggestion(self.value, allowed)
        if self.kind in _WANTED:
            return f"{where} must be {_WANTED[self.kind]}, not {_found(self.value)}", ""
        if self.kind in _BOUNDS:
            return f"{where} must {self._bound()}", ""
        if self.kind == "value_error":
            return f"{where}: {self.context.get('error', self.message)}", ""
        return f"{where}: {self.message}, not {shown(self.value)}", ""

    def _bound(self) -> str:
        """Say which bound the value is beyond."""
        key, words = _BOUNDS[self.kind]
        bound = self.context.get(key)
        if key == "min_length":
            return "not be empty" if bound == 1 else f"have at least {bound} characters"
        if key == "pattern":
            words = "be one word" if bound == ONE_WORD else "be one line of text"
            return f"{words}, not {shown(self.value)}"
        return f"{words} {bound}, not {shown(self.value)}"

    def _where(self) -> str:
        """Name the value's place."""
        key, table = self.keys[-1], _table_name(self.keys[:-1])
        return f"{key!r} in {table}" if isinstance(key, str) else f"item {key + 1} of {table}"


def _found(value: object) -> str:
    """Say what stands in the file."""
    kind = _FOUND.get(type(value), "a date or time")
    return kind if isinstance(value, list | dict) else f"{kind} ({shown(value)})"


def shown(value: object) -> str:
    """Give a value for a message; of one that is long or deep, what tells enough."""
    if isinstance(value, list | dict):
        return _FOUND[type(value)]
    try:
        text = repr(value)
    except ValueError:  # Python writes no number of thousands of digits
        return "a huge number"
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _table_name(keys: Sequence[str | int]) -> str:
    """Give a table's header as the file writes it."""
    return f"[{'.'.join(str(key) for key in keys)}]" if keys else "the file's first part"
