"""dnsmasq as the boot server's DNS server (package dnsmasq-base)."""

from collections.abc import Sequence

from harness.model import Role
from harness.services.site_daemon import SiteDaemon
from harness.site import Site

_PORT = 53


class Dnsmasq(SiteDaemon):
    """Answers for the name by which booted systems know the server."""

    name = "dnsmasq"
    tool = "dnsmasq"
    sign = f"UDP port {_PORT}"
    roles = (Role.DNS,)

    @classmethod
    def configuration(cls, site: Site) -> str:
        """Give where Debian has it."""
        return "etc/dnsmasq.conf"

    def command(self) -> Sequence[str]:
        """Run in the foreground, each query logged: its log is a witness."""
        return [
            *("dnsmasq", "--keep-in-foreground", "--log-queries", "--log-facility=-"),
            *("--conf-file=/etc/dnsmasq.conf", "--pid-file=/run/dnsmasq.pid"),
        ]

    def check_command(self) -> Sequence[str]:
        """`dnsmasq --test`."""
        return ["dnsmasq", "--test", "--conf-file=/etc/dnsmasq.conf"]

    def is_ready(self) -> bool:
        """Its port is bound."""
        return self.listens("udp", _PORT)
