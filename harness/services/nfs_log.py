"""Read the NFS server's log, whichever server it is: who mounted what over NFSv3.

rpc.mountd, which answers for the kernel's server, says it in one line, without a time.
"""

import re

from harness.services.ganesha_log import GaneshaParser
from harness.witness.journal import LogEvent, NfsMounted, plain_address

_GRANTED = re.compile(
    r"rpc\.mountd: authenticated mount request from (?P<client>\S+):\d+ for (?P<path>/.*) \(/.*\)$"
)
_REFUSED = re.compile(
    r"rpc\.mountd: refused mount request from (?P<client>\S+) for (?P<path>/.*) \(/.*\): "
)


class NfsParser:
    """Reads line after line, of the one server or the other."""

    def __init__(self) -> None:
        """Begin at the beginning of a log."""
        self._ganesha = GaneshaParser()

    def __call__(self, line: str, year: int) -> LogEvent | None:
        """Read a line."""
        return parse_mountd(line) or self._ganesha(line, year)


def parse_mountd(line: str) -> NfsMounted | None:
    """Read a line of rpc.mountd."""
    granted, refused = _GRANTED.match(line), _REFUSED.match(line)
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
