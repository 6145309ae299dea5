"""How a log is read: one parser a format, each a daemon's own."""

import re
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from pathlib import Path

from harness.witness.journal import HttpServed, LogEvent, plain_address

Parse = Callable[[str, int], LogEvent | None]
"""Reads a line; the year completes a time that leaves it out. None: it tells nothing of a boot."""
Logs = Mapping[str, Callable[[], Parse]]
"""Pattern of files below a lab's logs → what gives a parser, at the beginning of each file."""
STAMP = r"(?P<time>[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d) "
"""The time at the beginning of a system log's line."""
_COMBINED = re.compile(
    r'(?P<client>\S+) \S+ \S+ \[(?P<time>[^]]+)] "(?P<method>[A-Z]+) (?P<path>[^" ]*)[^"]*" '
    r'(?P<status>[0-9]{3}) (?P<bytes>[0-9]{1,18}|-)(?: "[^"]*" "(?P<agent>[^"]*)")?'
)


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


def combined(daemon: str) -> Parse:
    """Give a parser for the format that web servers share: NCSA's `combined`."""

    def parse(line: str, _year: int) -> HttpServed | None:
        found = _COMBINED.match(line)
        if found is None:
            return None
        size = found["bytes"]
        return HttpServed(
            daemon=daemon,
            line=line,
            time_s=local_time(found["time"], "%d/%b/%Y:%H:%M:%S %z"),
            client=plain_address(found["client"]),
            method=found["method"],
            path=found["path"],
            status=int(found["status"]),
            bytes=0 if size == "-" else int(size),
            user_agent=found["agent"] or "",
        )

    return parse
