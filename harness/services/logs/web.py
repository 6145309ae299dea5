"""The logs of web servers: NCSA's `combined`, which they share, nginx's and apache2's of errors."""

import re

from harness.services.logs.read import Parse, local_time
from harness.witness.journal import HttpFault, HttpServed, plain_address

_COMBINED = re.compile(
    r"(?:\S+:\d+ )?(?P<client>\S+) \S+ \S+ \[(?P<time>[^]]+)] "
    r'"(?P<method>[A-Z]+) (?P<path>[^" ]*)[^"]*" '
    r'(?P<status>[0-9]{3}) (?P<bytes>[0-9]{1,18}|-)(?: "[^"]*" "(?P<agent>[^"]*)")?'
)
_FAULT = re.compile(
    r"(?P<time>\d{4}/\d\d/\d\d \d\d:\d\d:\d\d) \[\w+\] \d+#\d+: (?:\*\d+ )?(?P<why>.*?), "
    r'client: (?P<client>[^,\s]+), .*?request: "[A-Z]+ (?P<path>[^" ]*)'
)


_APACHE_FAULT = re.compile(
    r"\[(?P<time>\w{3} \w{3} \d\d \d\d:\d\d:\d\d\.\d+ \d{4})\] \[\w*:error\] .*?"
    r"\[client (?P<client>\S+):\d+\] (?:AH\d+: )?(?P<why>.*)"
)
_APACHE_FILE = re.compile(r"(?:\bpath '|: |directory )(?P<file>/[^\s':]+)")


def combined(daemon: str, *, counts_head: bool = False) -> Parse:
    """Give a parser for the format that web servers share: NCSA's `combined`.

    Before it, the virtual host may stand. `counts_head`: bytes are not those of bodies alone.
    """

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
            bytes=None if counts_head else int(size.replace("-", "0")),
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


def apache_fault(line: str, _year: int) -> HttpFault | None:
    """Read a line of apache2's error log that belongs to a request."""
    found = _APACHE_FAULT.match(line)
    if found is None:
        return None
    file = _APACHE_FILE.search(found["why"])
    return HttpFault(
        daemon="apache2",
        line=line,
        time_s=local_time(found["time"], "%a %b %d %H:%M:%S.%f %Y"),
        client=plain_address(found["client"].strip("[]")),
        path="",
        file=file["file"] if file is not None else "",
        why=found["why"],
    )
