"""dnsmasq as the boot server's DNS server (package dnsmasq-base)."""

from collections.abc import Sequence

from harness.services.base import Service

_PORT = 53


class Dnsmasq(Service):
    """Answers for the name by which booted systems know the server."""

    name = "dnsmasq"
    tool = "dnsmasq"
    sign = f"UDP port {_PORT}"

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
