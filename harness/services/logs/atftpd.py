"""What atftpd logs: who asked for which file, and what it did not give out."""

import re

from harness.services.logs.read import STAMP, stamp_time
from harness.witness.journal import LogEvent, TftpAsked, TftpRefused, plain_address

_LINE = re.compile(STAMP + r"\S+ atftpd\[\d+\.(?P<thread>\d+)\]: (?P<text>.*)")
_ASKED = re.compile(r"Serving (?P<file>.*) to (?P<client>\S+):\d+$")
_REFUSED = re.compile(r"(?P<error>File .* not found|File name with /\.\./ are forbidden)$")


class AtftpdParser:
    """Reads its log: what was refused is told by the thread that has a client's request."""

    def __init__(self) -> None:
        """Begin without a request."""
        self._clients: dict[str, str] = {}

    def __call__(self, line: str, year: int) -> LogEvent | None:
        """Read a line."""
        found = _LINE.match(line)
        if found is None:
            return None
        time_s, text = stamp_time(found["time"], year), found["text"]
        if asked := _ASKED.match(text):
            client = plain_address(asked["client"])
            self._clients[found["thread"]] = client
            return TftpAsked(
                daemon="atftpd", line=line, time_s=time_s, client=client, file=asked["file"]
            )
        client = self._clients.get(found["thread"], "")
        if client and (refused := _REFUSED.match(text)):
            return TftpRefused(
                daemon="atftpd", line=line, time_s=time_s, client=client, error=refused["error"]
            )
        return None
