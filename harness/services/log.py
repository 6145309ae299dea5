"""How a log is read: one parser a format, each a daemon's own."""

import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from harness.witness.journal import LogEvent

Parse = Callable[[str, int], LogEvent | None]
"""Reads a line; the year completes a time that leaves it out. None: it tells nothing of a boot."""
Logs = Mapping[str, Callable[[], Parse]]
"""Pattern of files below a lab's logs → what gives a parser, at the beginning of each file."""
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
    try:
        return time.mktime(time.strptime(f"{year} {text}", "%Y %b %d %H:%M:%S"))
    except (ValueError, OverflowError):
        return None
