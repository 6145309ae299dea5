"""How a log is read, whichever daemon's it is: line by line, and the times in it."""

import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

from harness.witness.journal import LogEvent

Parse = Callable[[str, int], LogEvent | None]
"""Reads a line; the year completes a time that leaves it out. None: it tells nothing of a boot."""
STAMP = r"(?P<time>[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d) "
"""The time at the beginning of a system log's line."""


def read(path: Path, parse: Parse) -> Iterator[LogEvent]:
    """Read one log; nothing when it has just gone.

    A system log leaves the year out: the file's own year completes it.
    """
    try:
        text = path.read_text(errors="replace")
        year = time.localtime(path.stat().st_mtime).tm_year
    except FileNotFoundError:
        return
    for line in text.splitlines():
        event = parse(line, year)
        if event is not None:
            yield event


def stamp_time(text: str, year: int) -> float | None:
    """Read a system log's local time."""
    return local_time(f"{year} {text}", "%Y %b %d %H:%M:%S")


def local_time(text: str, form: str) -> float | None:
    """Read a local time, or one that tells its offset, of this form (strptime(3))."""
    try:
        return datetime.strptime(text, form).timestamp()
    except (ValueError, OverflowError):
        return None
