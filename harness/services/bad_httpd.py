"""A web server that misbehaves in ways that no other can be made to, for scenarios."""

from collections.abc import Sequence
from enum import Enum
from pathlib import Path

from harness.host.tools import TOOLS
from harness.model import Role
from harness.services.site_daemon import SiteDaemon

_PROGRAM = Path(__file__).with_name("bad_httpd_program.py")
_LOG = "bad-httpd.access.log"
_INSIDE = "/run/harness/bad-httpd.py"


class Misbehaviour(Enum):
    """What it does to the one file."""

    RESET = "reset"
    """Resets the connection half-way."""
    TRUNCATED = "truncated"
    """Closes the connection half-way, in good order."""
    SHORT_LENGTH = "short-length"
    """Announces half of what it sends."""
    STALLED = "stalled"
    """Sends half, and then nothing more; what is asked for from there on it sends."""
    CLOSED_AFTER_HEAD = "closed-after-head"
    """Says to HEAD that the connection ends with the answer, and ends it when more is asked."""
    LONG_LENGTH = "long-length"
    """Announces twice what it sends, and lets the client wait for the rest."""


class BadHttpd(SiteDaemon):
    """Serves the site's files well, but for one."""

    name = "bad-httpd"
    tool = TOOLS["python3"]
    ready = "serving"
    roles = (Role.HTTP,)
    file = ""
    how = Misbehaviour.RESET

    def command(self) -> Sequence[str]:
        """Run from a copy inside the lab: the project's own directory may be hidden there."""
        root = f"/{self.site.data_root.strip('/')}"
        log = f"/var/log/{_LOG}"
        return ["python3", "-I", _INSIDE, root, log, self.file, self.how.value]

    def start(self) -> None:
        """Put the program where the lab sees it, and start it."""
        self.enclosure.path(_INSIDE).write_text(_PROGRAM.read_text())
        super().start()
