"""What a daemon that a site can name says of itself, besides the five steps of its life.

All of it is asked of the kind, not of a running one: what a site must have for it, how
its log reads, and what reports and the judge are told of it.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar

from harness.daemon_facts import Acceptance, Daemon
from harness.model import Family, Role
from harness.services.base import Service
from harness.services.enabled import is_switched_off
from harness.site import Site
from harness.site.check import at_key, missing
from harness.site.files import Files, normal
from harness.site.places import matching, vain_inclusions, with_included
from harness.site.problem import Problem
from harness.site.said import Said, Topic


class SiteDaemon(Service):
    """A daemon that fills one of a boot server's roles."""

    warning: ClassVar[re.Pattern[str] | None] = re.compile(r"\bwarn(?:ing)?\b", re.IGNORECASE)
    roles: ClassVar[tuple[Role, ...]]
    """What it does for machines that boot."""
    called: ClassVar[str] = ""
    """Its name for people; "": the same as in `site.toml`."""
    program: ClassVar[str] = ""
    """Whose words its log has; "": its name for people."""
    log: ClassVar[str] = ""
    """Its log, as messages name it; "": its program's."""
    family: ClassVar[Family | None] = None
    """The family in which the server must have an address for it."""
    drops_privileges: ClassVar[bool] = False
    """Whether it reads the data root as a user of no rights."""
    configured_by: ClassVar[str] = ""
    """Where its configuration lies, below the root of the server."""
    works_by: ClassVar[Topic | None] = None
    """What its files must say for it to have something to do; None: that they are there will do."""
    parts: ClassVar[tuple[str, ...]] = ()
    """Directories of which Debian's own configuration takes in every file."""
    include: ClassVar[str] = ""
    """A line of its configuration that takes in another file, `path` (a regular expression)."""
    settings: ClassVar[Mapping[str, Sequence[str]]] = {}
    """What machines are told by it, in the words of a boot's text → its settings for that."""
    needs: ClassVar[tuple[type[Service], ...]] = ()
    """What runs wherever it does."""
    units: ClassVar[tuple[str, ...]] = ()
    """Units of it: Debian's, and Red Hat's where that has another name."""
    scripts: ClassVar[tuple[str, ...]] = ()
    """Debian's init scripts of it, where the package has no unit."""
    copied: ClassVar[tuple[str, ...]] = ()
    """The files and directories of a server that a site needs for it."""

    @classmethod
    def configuration(cls, _files: Files) -> str:
        """Give where its configuration lies, asked of its own settings where these can say so."""
        return cls.configured_by

    @classmethod
    def named_in(cls, _files: Files) -> str:
        """Give the line that says where its configuration lies; "" where that is fixed."""
        return ""

    @classmethod
    def is_configured(cls, files: Files) -> str:
        """Give the place by which a server with these files runs it; "" when it does not."""
        return "" if cls.switched_off(files) else cls.set_up(files)

    @classmethod
    def switched_off(cls, files: Files) -> str:
        """Say where it is said that a daemon that is set up is not started; "" where it is not."""
        return is_switched_off(files, cls.units, cls.scripts) if cls.set_up(files) else ""

    @classmethod
    def set_up(cls, files: Files) -> str:
        """Give the place in its own files that gives it something to do; "" without one."""
        if cls.works_by is None:
            return cls.configured_by if files.has(cls.configured_by) else ""
        return next((each.place for each in cls.says(files) if each.topic is cls.works_by), "")

    @classmethod
    def says(cls, _files: Files) -> Iterator[Said]:
        """Give what its files say of the server and its network."""
        return iter(())

    @classmethod
    def accepts(cls, _site: Site) -> Acceptance:
        """Say which machines it gives addresses, if that is its role."""
        return Acceptance()

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
            files=cls.configuration_files(site),
            unread=tuple(cls.unread(site)),
            settings=cls.settings,
            acceptance=cls.accepts(site),
        )

    @classmethod
    def configuration_files(cls, site: Site) -> tuple[str, ...]:
        """Give every file of the site's that configures it, as far as they are there."""
        parts = (path for part in cls.parts for path in matching(site, f"{part}/*"))
        first = (normal(cls.configuration(site)), *parts)
        return with_included(site, first, cls.include, cls.includes_from(site))

    @classmethod
    def includes_from(cls, _files: Files) -> str:
        """Give the directory from which its lines include; "": the one of their own file."""
        return ""

    @classmethod
    def unread(cls, site: Site) -> Iterator[tuple[str, str]]:
        """Give the lines that should take in files, and take in none of those that are there."""
        files = cls.configuration_files(site) if cls.include else ()
        for place, path in vain_inclusions(site, files, cls.include, cls.includes_from(site)):
            directory, _, name = path.rpartition("/")
            what = f"takes in none of the files of {directory}: {name} ends otherwise"
            yield str(place), f"`{place.text.rstrip(';')}` {what}"

    @classmethod
    def problems(cls, site: Site) -> Iterator[Problem]:
        """Say what keeps it from serving this site, as far as the files tell."""
        if cls.family and site.server.address(cls.family) is None:
            what = f"{cls.name} needs an address: {cls.family.value} is missing"
            yield at_key(site, what, "server")
        path = cls.configuration(site)
        if not site.has(path) and not any(site.names(part) for part in cls.parts):
            named = f", which {where} names" if (where := cls.named_in(site)) else ""
            yield missing(site, path, f"{cls.name} needs this file{named}", "daemons")

    @classmethod
    def doubts(cls, _site: Site) -> Iterator[Problem]:
        """Say what looks wrong in its files, and may be meant."""
        return iter(())

    @staticmethod
    def owes(_line: str, _mac: str) -> bool | None:
        """Whether it owes a machine an answer by this line of its log; None: the line is silent.

        For daemons that make a machine wait on purpose, as DHCP servers do that ping first.
        """
        return None
