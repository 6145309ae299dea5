"""The log format that web servers share: NCSA's `combined`."""

import re
from datetime import datetime

from harness.services.log import Parse
from harness.witness.journal import HttpServed, plain_address

_LINE = re.compile(
    r'(?P<client>\S+) \S+ \S+ \[(?P<time>[^]]+)] "(?P<method>[A-Z]+) (?P<path>[^" ]*)[^"]*" '
    r'(?P<status>[0-9]{3}) (?P<bytes>[0-9]{1,18}|-)(?: "[^"]*" "(?P<agent>[^"]*)")?'
)


def combined(daemon: str) -> Parse:
    """Give a parser for a web server's lines in this format."""

    def parse(line: str, _year: int) -> HttpServed | None:
        found = _LINE.match(line)
        if found is None:
            return None
        size = found["bytes"]
        return HttpServed(
            daemon=daemon,
            line=line,
            time_s=_time(found["time"]),
            client=plain_address(found["client"]),
            method=found["method"],
            path=found["path"],
            status=int(found["status"]),
            bytes=0 if size == "-" else int(size),
            user_agent=found["agent"] or "",
        )

    return parse


def _time(text: str) -> float | None:
    """Read a local time with its offset."""
    try:
        return datetime.strptime(text, "%d/%b/%Y:%H:%M:%S %z").timestamp()
    except ValueError:
        return None
