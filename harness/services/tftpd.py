"""in.tftpd, the TFTP server of the package tftpd-hpa.

Started as Debian's init script does, from the site's /etc/default/tftpd-hpa.
"""

import select
import shlex
from collections.abc import Sequence

from harness import logwatch
from harness.deadline import Deadline
from harness.errors import LAST_LINES
from harness.services.base import Service
from harness.site import defaults

_PORT = 69
_LAST_WORD_TIMEOUT_S = 1.0


def _pause(seconds_s: float) -> None:
    """Let others go on; nothing tells of a line in somebody else's log."""
    select.select((), (), (), seconds_s)


class Tftpd(Service):
    """Serves loaders to firmware that knows TFTP only."""

    name = "tftpd"
    tool = "in.tftpd"
    sign = "its UDP port"

    def command(self) -> Sequence[str]:
        """Run in the foreground; verbose, because its log is a witness."""
        settings = self._settings()
        options = shlex.split(settings.get("TFTP_OPTIONS", "--secure"))
        verbose = () if {"--verbose", "-v"} & set(options) else ("--verbose",)
        return [
            *("in.tftpd", "--foreground", "--listen"),
            *("--user", settings.get("TFTP_USERNAME", "tftp")),
            *("--address", self._address()),
            *options,
            *verbose,
            *settings.get("TFTP_DIRECTORY", "/srv/tftp").split(),
        ]

    def is_ready(self) -> bool:
        """Its port is bound; it says nothing when it starts."""
        port = self._address().rpartition(":")[2]
        return self.listens("udp", int(port) if port.isdecimal() else _PORT)

    def last_words(self) -> tuple[str, ...]:
        """It complains to the system log alone, once it has understood its command line."""
        said = super().last_words()
        if not (said or self.running):
            # It has died, and the system log's daemon may not have written why yet.
            deadline = Deadline(_LAST_WORD_TIMEOUT_S, "its last word")
            logwatch.wait_until(lambda: bool(self._complaints()), deadline=deadline, pause=_pause)
        return (*said, *self._complaints()[-LAST_LINES:])

    def _complaints(self) -> tuple[str, ...]:
        """Give its lines in the system log."""
        syslog = logwatch.read(self.log_path.with_name("syslog"))
        return tuple(line for line in syslog.splitlines() if "tftpd[" in line)

    def _address(self) -> str:
        """Give the address and port of the site's settings."""
        return self._settings().get("TFTP_ADDRESS", f":{_PORT}")

    def _settings(self) -> dict[str, str]:
        """Read /etc/default/tftpd-hpa of the site."""
        return defaults.read(self.site, "etc/default/tftpd-hpa")
