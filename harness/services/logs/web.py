"""The logs of web servers: NCSA's `combined`, which they share, and nginx's of errors."""

import re

from harness.services.logs.read import Parse, local_time
from harness.witness.journal import HttpFault, HttpServed, plain_address

_COMBINED = re.compile(
    r'(?P<client>\S+) \S+ \S+ \[(?P<time>[^]]+)] "(?P<method>[A-Z]+) (?P<path>[^" ]*)[^"]*" '
    r'(?P<status>[0-9]{3}) (?P<bytes>[0-9]{1,18}|-)(?: "[^"]*" "(?P<agent>[^"]*)")?'
)
_FAULT = re.compile(
    r"(?P<time>\d{4}/\d\d/\d\d \d\d:\d\d:\d\d) \[\w+\] \d+#\d+: (?:\*\d+ )?(?P<why>.*?), "
    r'client: (?P<client>[^,\s]+), .*?request: "[A-Z]+ (?P<path>[^" ]*)'
)


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


def fault(line: str, _year: int) -> HttpFault | None:
    """Read a line of nginx's error log that belongs to a request."""
    found = _FAULT.match(line)
    if found is None:
        return None
    return HttpFault(
        daemon="nginx",
        line=line,
        time_s=local_time(found["time"], "%Y/%m/%d %H:%M:%S"),
        client=plain_address(found["client"]),
        path=found["path"],
        why=found["why"],
    )
