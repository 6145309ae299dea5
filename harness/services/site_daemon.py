"""What a daemon that a site can name says of itself, besides the five steps of its life.

All of it is asked of the kind, not of a running one: what a site must have for it, and
what reports and the judge are told of it.
"""

from typing import ClassVar

from harness.model import Daemon, Role
from harness.services.base import Service
from harness.site import Site


class SiteDaemon(Service):
    """A daemon that fills one of a boot server's roles."""

    roles: ClassVar[tuple[Role, ...]]
    """What it does for machines that boot."""
    called: ClassVar[str] = ""
    """Its name for people; "": the same as in `site.toml`."""
    program: ClassVar[str] = ""
    """Whose words its log has; "": its name for people."""
    log: ClassVar[str] = ""
    """Its log, as messages name it; "": its program's."""

    @classmethod
    def configuration(cls, site: Site) -> str:
        """Give where its configuration lies, below the root of the server."""
        raise NotImplementedError

    @classmethod
    def facts(cls, site: Site) -> Daemon:
        """Say what is known of it on a site without running it."""
        called = cls.called or cls.name
        program = cls.program or called
        return Daemon(
            name=cls.name,
            called=called,
            program=program,
            roles=cls.roles,
            log=cls.log or f"{program}'s log",
            configuration=cls.configuration(site),
        )
