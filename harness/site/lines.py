"""TOML, and on which line of its text a key stands: the standard parser does not say."""

import re
import tomllib
from collections.abc import Sequence
from functools import lru_cache

_PLACE = re.compile(r"\(at line (\d+), column \d+\)")


def parse(text: str) -> dict[str, object]:
    """Parse a TOML text; Windows editors begin one with a byte order mark."""
    return tomllib.loads(text.removeprefix("\ufeff"))


def line_of_error(error: Exception, text: str) -> int | None:
    """Give the line that the parser's own message names; the last one for the end of the text."""
    match = _PLACE.search(str(error))
    if match is not None:
        return int(match[1])
    return text.count("\n") + 1 if "end of document" in str(error) else None


def line_of_key(text: str, keys: Sequence[str | int]) -> int | None:
    """Give the line on which the key at the end of `keys` begins, or its nearest table's.

    Reads ever longer beginnings of `text` until the key is in one: right for every
    way to write a key, and quick enough for a message.
    """
    beginnings = _complete_beginnings(text)
    for depth in range(len(keys), 0, -1):
        for line, values in beginnings:
            if _holds(values, keys[:depth]):
                return line
    return None


@lru_cache(maxsize=1)
def _complete_beginnings(text: str) -> tuple[tuple[int, object], ...]:
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
    for key in keys:
        match values, key:
            case dict(), str() if key in values:
                values = values[key]
            case list(), int() if key < len(values):
                values = values[key]
            case _:
                return False
    return True
