"""The words for an error in `site.toml`: what is wrong, where, and what is allowed instead."""

import re
from collections.abc import Mapping, Sequence

from pydantic_core import ErrorDetails

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


def explained(
    error: ErrorDetails, keys: Sequence[str | int], *, known_keys: Sequence[str], without: str
) -> tuple[str, str]:
    """Give what the validator has against one value, and what is allowed instead.

    `keys` are the way to the value: `menu`, `entries`, its id, `boots`; `known_keys`
    those of the table that it stands in; `without` says when that whole table is left out.
    """
    kind, value, context = error["type"], error["input"], error.get("ctx", {})
    where, table = _where(keys), _table_name(keys[:-1])
    if kind == "extra_forbidden":
        return f"unknown key {where}", suggestion(keys[-1], known_keys)
    if kind == "missing":
        return f"{keys[-1]!r} is missing from {table}", without
    if kind in ("literal_error", "enum"):
        allowed = re.findall(r"'([^']*)'", str(context.get("expected", "")))
        return f"{shown(value)} is unknown as {where}", suggestion(value, allowed)
    if kind in _WANTED:
        return f"{where} must be {_WANTED[kind]}, not {_found(value)}", ""
    if kind in _BOUNDS:
        return f"{where} must {_bound(kind, value, context)}", ""
    if kind == "value_error":
        return f"{where}: {context.get('error', error['msg'])}", ""
    return f"{where}: {error['msg']}, not {shown(value)}", ""


def _bound(kind: str, value: object, context: Mapping[str, object]) -> str:
    key, words = _BOUNDS[kind]
    bound = context.get(key)
    if key == "min_length":
        return "not be empty" if bound == 1 else f"have at least {bound} characters"
    if key == "pattern":
        words = "be one word" if bound == ONE_WORD else "be one line of text"
        return f"{words}, not {shown(value)}"
    return f"{words} {bound}, not {shown(value)}"


def _where(keys: Sequence[str | int]) -> str:
    key, table = keys[-1], _table_name(keys[:-1])
    return f"{key!r} in {table}" if isinstance(key, str) else f"item {key + 1} of {table}"


def _found(value: object) -> str:
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
    return f"[{'.'.join(str(key) for key in keys)}]" if keys else "the file's first part"
