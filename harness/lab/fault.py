"""Faults of a boot server's daemons that no configuration of theirs brings about."""

from harness.lab.lab import Lab
from harness.services.bad_httpd import BadHttpd, Misbehaviour

__all__ = ["Misbehaviour", "restart", "serve_badly"]


def serve_badly(lab: Lab, file: str, how: Misbehaviour) -> None:
    """Put a web server in nginx's place that misbehaves with one file.

    `file` is written as machines ask for it, below the data root.
    """
    lab.service("nginx").stop()
    server = lab.add_service(BadHttpd)
    server.file, server.how = file, how
    server.start()
    server.wait_until_ready()


def restart(lab: Lab, daemon: str) -> None:
    """Start a daemon again that was stopped; return when it serves."""
    service = lab.service(daemon)
    service.stop()
    service.start()
    service.wait_until_ready()
