"""What is written about the daemons: their own complaints, and who started and ended them."""

import json
import re
import time

from harness.witness.journal import DaemonLife, DaemonNote, HttpFault, plain_address

_FAULT = re.compile(
    r"(?P<time>\d{4}/\d\d/\d\d \d\d:\d\d:\d\d) \[\w+\] \d+#\d+: (?:\*\d+ )?(?P<why>.*?), "
    r'client: (?P<client>[^,\s]+), .*?request: "[A-Z]+ (?P<path>[^" ]*)'
)
_DAMAGED = re.compile(r"^(?P<what>\S*\.leases line \d+: .*?)\.?$")


def parse_nginx_error(line: str, _year: int) -> HttpFault | None:
    """Read a line of nginx's error log that belongs to a request."""
    found = _FAULT.match(line)
    if found is None:
        return None
    return HttpFault(
        daemon="nginx",
        line=line,
        time_s=time.mktime(time.strptime(found["time"], "%Y/%m/%d %H:%M:%S")),
        client=plain_address(found["client"]),
        path=found["path"],
        why=found["why"],
    )


def parse_dhcpd_note(line: str, daemon: str) -> DaemonNote | None:
    """Read what dhcpd says of its lease file when it starts."""
    found = _DAMAGED.match(line)
    if found is None:
        return None
    return DaemonNote(daemon=daemon, line=line, text=f"its lease file is damaged: {found['what']}")


def parse_life(line: str, _year: int) -> DaemonLife | None:
    """Read a line of the lab's own notes on its daemons; one that is cut short says nothing."""
    try:
        noted = json.loads(line)
        daemon, what, at_s = noted["daemon"], noted["what"], float(noted["at"])
    except (ValueError, KeyError, TypeError):
        return None
    return DaemonLife(daemon=str(daemon), line=str(what), time_s=at_s, what=str(what))
