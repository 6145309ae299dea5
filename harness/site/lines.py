"""On which line of a TOML text a key stands: the standard parser does not say."""

import re
from collections.abc import Callable, Sequence
from functools import lru_cache

Parse = Callable[[str], object]

_PLACE = re.compile(r"\(at line (\d+), column \d+\)")


def line_of_error(error: Exception, text: str) -> int | None:
    """Give the line that the parser's own message names; the last one for the end of the text."""
    match = _PLACE.search(str(error))
    if match is not None:
        return int(match[1])
    return text.count("\n") + 1 if "end of document" in str(error) else None


def find_key(text: str, keys: Sequence[str | int], *, parse: Parse) -> int | None:
    """Give the line on which the key at the end of `keys` begins, or its nearest table's.

    Reads ever longer beginnings of `text` until the key is in one: right for every
    way to write a key, and quick enough for a message. `parse` raises ValueError for
    a beginning that is not complete.
    """
    beginnings = _complete_beginnings(text, parse)
    for depth in range(len(keys), 0, -1):
        for line, values in beginnings:
            if _holds(values, keys[:depth]):
                return line
    return None


@lru_cache(maxsize=1)
def _complete_beginnings(text: str, parse: Parse) -> tuple[tuple[int, object], ...]:
    """Give what every complete beginning of `text` says, with the line its last part begins on."""
    found: list[tuple[int, object]] = []
    begins, beginning = 1, ""
    for number, line in enumerate(text.split("\n"), start=1):
        beginning += f"{line}\n"
        try:
            found.append((begins, parse(beginning)))
        except (ValueError, RecursionError):
            continue
        begins = number + 1
    return tuple(found)


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
