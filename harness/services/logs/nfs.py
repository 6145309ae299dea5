"""The logs of NFS servers: who mounted what over NFSv3."""

import re

from harness.services.logs.read import local_time
from harness.witness.journal import LogEvent, NfsMounted, plain_address

_LINE = re.compile(
    r"(?P<time>\d\d/\d\d/\d{4} \d\d:\d\d:\d\d) : epoch \w+ : \S+ : \S+\[(?P<thread>[^]]+)\] "
    r"mnt_Mnt :NFS3 :\w+ :(?P<text>.*)"
)
_CALL = re.compile(r"REQUEST PROCESSING: Calling MNT_MNT path=(?P<path>.*)")
_GRANTED = re.compile(r"MOUNT: Entry supports .* for client (?P<client>\S+)")
_REFUSED = re.compile(r"MOUNT: Export entry .* client (?P<client>\S+)")
_MOUNTD_GRANTED = re.compile(
    r"rpc\.mountd: authenticated mount request from (?P<client>\S+):\d+ for (?P<path>/.*) \(/.*\)$"
)
_MOUNTD_REFUSED = re.compile(
    r"rpc\.mountd: refused mount request from (?P<client>\S+) for (?P<path>/.*) \(/.*\): "
)


class GaneshaParser:
    """Reads ganesha's log: who mounted what over NFSv3.

    A mount is two lines of one thread: the call with its path, then either the granted
    handle with the client, or the next call of that thread.
    """

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
            time_s=local_time(found["time"], "%d/%m/%Y %H:%M:%S"),
            client=plain_address(said["client"]),
            path=path,
            granted=granted is not None,
        )


def mount(line: str, _year: int) -> NfsMounted | None:
    """Read a line of rpc.mountd, which says it in one, without a time."""
    granted, refused = _MOUNTD_GRANTED.match(line), _MOUNTD_REFUSED.match(line)
    said = granted or refused
    if said is None:
        return None
    return NfsMounted(
        daemon="nfs",
        line=line,
        client=plain_address(said["client"]),
        path=said["path"],
        granted=granted is not None,
    )
