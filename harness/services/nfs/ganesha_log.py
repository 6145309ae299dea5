"""Read nfs-ganesha's log: who mounted what over NFSv3.

A mount is two lines of one thread: the call with its path, then either the granted
handle with the client, or the next call of that thread.
"""

import re
import time

from harness.witness.journal import LogEvent, NfsMounted, plain_address

_LINE = re.compile(
    r"(?P<time>\d\d/\d\d/\d{4} \d\d:\d\d:\d\d) : epoch \w+ : \S+ : \S+\[(?P<thread>[^]]+)\] "
    r"mnt_Mnt :NFS3 :\w+ :(?P<text>.*)"
)
_CALL = re.compile(r"REQUEST PROCESSING: Calling MNT_MNT path=(?P<path>.*)")
_GRANTED = re.compile(r"MOUNT: Entry supports .* for client (?P<client>\S+)")
_REFUSED = re.compile(r"MOUNT: Export entry .* client (?P<client>\S+)")


class GaneshaParser:
    """Reads line after line, remembering each thread's call."""

    def __init__(self) -> None:
        """Begin without a call."""
        self._paths: dict[str, str] = {}

    def __call__(self, line: str, _year: int) -> LogEvent | None:
        """Read a line."""
        found = _LINE.match(line)
        if found is None:
            return None
        call = _CALL.match(found["text"])
        if call is not None:
            self._paths[found["thread"]] = call["path"].strip()
            return None
        granted, refused = _GRANTED.match(found["text"]), _REFUSED.match(found["text"])
        said = granted or refused
        path = self._paths.pop(found["thread"], None) if said else None
        if said is None or path is None:
            return None
        return NfsMounted(
            daemon="nfs",
            line=line,
            time_s=time.mktime(time.strptime(found["time"], "%d/%m/%Y %H:%M:%S")),
            client=plain_address(said["client"]),
            path=path,
            granted=granted is not None,
        )
