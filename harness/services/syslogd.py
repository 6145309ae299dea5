"""A system log for daemons that write to nothing else (busybox syslogd)."""

from harness.host.tools import TOOLS
from harness.services.base import Service


class Syslogd(Service):
    """Listens on the lab's /dev/log; in.tftpd's requests are read from there."""

    name = "syslogd"
    tool = TOOLS["busybox"]
    sign = "/dev/log"
    early = True  # what others complain about before it listens would be lost
    argv = ("busybox", "syslogd", "-n", "-O", "/var/log/syslog")

    def is_ready(self) -> bool:
        """Its socket is there."""
        return self.enclosure.path("/dev/log").exists()
