"""A web server that misbehaves in ways that nginx cannot be made to, for scenarios."""

from collections.abc import Sequence
from enum import Enum
from pathlib import Path

from harness.services.base import Service

_PROGRAM = Path(__file__).with_name("bad_httpd_program.py")
_INSIDE = "/run/harness/bad-httpd.py"


class Misbehaviour(Enum):
    """What it does to the one file."""

    RESET = "reset"
    """Resets the connection half-way."""
    TRUNCATED = "truncated"
    """Closes the connection half-way, in good order."""
    SHORT_LENGTH = "short-length"
    """Announces half of what it sends."""
    LONG_LENGTH = "long-length"
    """Announces twice what it sends, and lets the client wait for the rest."""


class BadHttpd(Service):
    """Serves the site's files as nginx would, but for one."""

    name = "bad-httpd"
    tool = "python3"
    sign = "`serving`"
    file = ""
    how = Misbehaviour.RESET

    def command(self) -> Sequence[str]:
        """Run from a copy inside the lab: the project's own directory may be hidden there."""
        root = f"/{self.site.data_root.strip('/')}"
        log = "/var/log/nginx/access.log"
        return ["python3", "-I", _INSIDE, root, log, self.file, self.how.value]

    def start(self) -> None:
        """Put the program where the lab sees it, and start it."""
        self.enclosure.path(_INSIDE).write_text(_PROGRAM.read_text())
        super().start()

    def is_ready(self) -> bool:
        """It says so itself, once its port listens."""
        return self.logged("serving")
