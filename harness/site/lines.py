"""On which line of a TOML text a key stands: the standard parser does not say."""

import re
from collections.abc import Callable, Sequence

_PLACE = re.compile(r"\(at line (\d+), column \d+\)")


def line_of_error(error: Exception, text: str) -> int | None:
    """Give the line that the parser's own message names; the last one for the end of the text."""
    match = _PLACE.search(str(error))
    if match is not None:
        return int(match[1])
    return text.count("\n") + 1 if "end of document" in str(error) else None


def find_key(text: str, keys: Sequence[str | int], *, parse: Callable[[str], object]) -> int | None:
    """Give the line on which the key at the end of `keys` begins, or its nearest table's.

    Reads ever longer beginnings of `text` until the key is in one: right for every
    way to write a key, and quick enough for a message. `parse` raises ValueError for
    a beginning that is not complete.
    """
    for depth in range(len(keys), 0, -1):
        line = _find_exact_key(text, keys[:depth], parse)
        if line is not None:
            return line
    return None


def _find_exact_key(
    text: str, keys: Sequence[str | int], parse: Callable[[str], object]
) -> int | None:
    """Give the line on which this very key begins, or None without it."""
    begins, beginning = 1, ""
    for number, line in enumerate(text.split("\n"), start=1):
        beginning += f"{line}\n"
        try:
            values = parse(beginning)
        except (ValueError, RecursionError):
            continue
        if _holds(values, keys):
            return begins
        begins = number + 1
    return None


def _holds(values: object, keys: Sequence[str | int]) -> bool:
    """Say whether there is a value at this path."""
    for key in keys:
        match values, key:
            case dict(), str() if key in values:
                values = values[key]
            case list(), int() if key < len(values):
                values = values[key]
            case _:
                return False
    return True
