"""What in.tftpd writes to the system log."""

import re

from harness.services.logs.read import STAMP, stamp_time
from harness.witness.journal import LogEvent, TftpAsked, TftpRefused, plain_address

_LINE = re.compile(STAMP + r".*?tftpd\[\d+]: (?P<text>.*)")
_ASKED = re.compile(
    r"RRQ from (?P<client>\S+) filename (?P<file>.*?)(?: remapped to (?P<remapped>.*))?$"
)
_REFUSED = re.compile(r"sending NAK \(\d+, (?P<error>.*)\) to (?P<client>\S+)")


def request(line: str, year: int) -> LogEvent | None:
    """Read a line of in.tftpd in a system log."""
    found = _LINE.match(line)
    if found is None:
        return None
    time_s, text = stamp_time(found["time"], year), found["text"]
    asked = _ASKED.search(text)
    if asked is not None:
        return TftpAsked(
            daemon="tftpd",
            line=line,
            time_s=time_s,
            client=plain_address(asked["client"]),
            file=asked["file"],
            remapped=asked["remapped"] or "",
        )
    refused = _REFUSED.search(text)
    if refused is None:
        return None
    return TftpRefused(
        daemon="tftpd",
        line=line,
        time_s=time_s,
        client=plain_address(refused["client"]),
        error=refused["error"],
    )
