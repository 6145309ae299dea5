"""in.tftpd, the TFTP server of the package tftpd-hpa.

Started as Debian's init script does, from the site's /etc/default/tftpd-hpa.
"""

import shlex
from collections.abc import Sequence

from harness.services.base import Service
from harness.site import defaults

_PORT = 69


class Tftpd(Service):
    """Serves loaders to firmware that knows TFTP only."""

    name = "tftpd"
    tool = "in.tftpd"

    def command(self) -> Sequence[str]:
        """Run in the foreground; verbose, because its log is a witness."""
        settings = defaults.read(self.site, "etc/default/tftpd-hpa")
        options = shlex.split(settings.get("TFTP_OPTIONS", "--secure"))
        verbose = () if {"--verbose", "-v"} & set(options) else ("--verbose",)
        return [
            *("in.tftpd", "--foreground", "--listen"),
            *("--user", settings.get("TFTP_USERNAME", "tftp")),
            *("--address", settings.get("TFTP_ADDRESS", f":{_PORT}")),
            *options,
            *verbose,
            *settings.get("TFTP_DIRECTORY", "/srv/tftp").split(),
        ]

    def is_ready(self) -> bool:
        """Its port is bound; it says nothing when it starts."""
        return self.listens("udp", _PORT)
