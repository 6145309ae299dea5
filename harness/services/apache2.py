"""apache2, a web server (package apache2): by Debian's files, or by Red Hat's of httpd."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

from harness import process
from harness.daemon_facts import Daemon
from harness.host.tools import server_tool
from harness.model import Role
from harness.services.configuration import apache2 as configuration
from harness.services.configuration import apache2_layout as layouts
from harness.services.configuration.apache2_layout import DEBIAN, RED_HAT
from harness.services.site_daemon import SiteDaemon
from harness.site import Site
from harness.site.files import Files
from harness.site.said import Said

_PLACES = ("/run/apache2/socks", "/run/lock/apache2")
"""What Debian's apache2ctl makes before it starts the server."""
_HTTPD = (
    *("apache2", "-d", f"/{RED_HAT.root}", "-f", "conf/httpd.conf"),
    *("-c", "PidFile /run/apache2/apache2.pid"),
)
"""As Red Hat starts it, but for where it notes its process."""
_SOURCE = re.compile(r"(?:\[[^]]*\] )*(?:AH\d+: )?")
"""The number of a message, and in the error log time, module and process before it."""
_DEFINED = re.compile(r"(?P<what>.+) defined at (?P<place>\S+:\d+)$")
_BAD_NAME = re.compile(r"bad (?P<what>user|group) name (?P<name>\S+)")
_EMPTY_WORDS = ("domain name", "may have more information")
_PLACE = re.compile(r".* on line (?P<line>\d+) of (?P<path>\S+):(?: (?P<what>.+))?$")


class Apache2(SiteDaemon):
    """Serves loaders, the script, kernels and images."""

    name = "apache2"
    tool = server_tool("apache2")
    sign = "a worker"
    roles = (Role.HTTP,)
    drops_privileges = True
    writes = ("/var/log/apache2",)
    configured_by = DEBIAN.main
    parts = (*DEBIAN.parts, *RED_HAT.parts)
    units = ("apache2.service", "httpd.service")
    # Red Hat's directory has links to modules and to logs beside these.
    copied = (DEBIAN.root, f"{RED_HAT.root}/conf", *RED_HAT.parts)
    hides: ClassVar[tuple[str, ...]] = (
        *DEBIAN.parts,
        *(f"{DEBIAN.root}/{each}" for each in ("mods-enabled", "sites-available")),
        f"{DEBIAN.root}/conf-available",
    )
    stock: ClassVar[Mapping[str, str]] = layouts.STOCK
    include = r"^\s*Include(?:Optional)?\s+(?P<path>\S+)"
    judged_as_laid = True
    accounts: ClassVar[Mapping[str, tuple[str, str]]] = dict.fromkeys(
        ("apache", "http", "wwwrun"), ("www-data", "www-data")
    )
    error_log = "apache2/error.log"
    settings: ClassVar[Mapping[str, Sequence[str]]] = {
        "log": ("CustomLog", "TransferLog"),
        "listens": ("Listen", "<VirtualHost"),
    }

    @classmethod
    def configuration(cls, files: Files) -> str:
        """Give its main file."""
        return layouts.layout(files).main

    @classmethod
    def includes_from(cls, files: Files) -> str:
        """Give its `ServerRoot`."""
        return layouts.layout(files).root

    @classmethod
    def facts(cls, site: Site) -> Daemon:
        """Add what it gives out."""
        unheard = configuration.unheard(site)
        return replace(
            super().facts(site),
            serves=tuple(configuration.served(site)),
            idle={Role.HTTP: unheard} if unheard else {},
        )

    @classmethod
    def set_up(cls, files: Files) -> str:
        """Look for a virtual host, or for anything that is given out without one."""
        return configuration.first_given(files)

    @classmethod
    def says(cls, files: Files) -> Iterator[Said]:
        """Give its ports, addresses and directories."""
        return configuration.says(files)

    def laid_instead(self) -> Mapping[str, str]:
        """Have Debian's modules where none are named; of Red Hat's files, places of Debian's."""
        if layouts.layout(self.site) is DEBIAN:
            return layouts.enabled(self.site)
        modules = [each.name for each in Path(layouts.MODULES_DIR).glob("*.so")]
        return layouts.on_debian(self.site, self.configuration_files(self.site), modules)

    def check_command(self) -> Sequence[str]:
        """Have it read its files."""
        return ("apache2ctl", "-t") if layouts.layout(self.site) is DEBIAN else (*_HTTPD, "-t")

    def command(self) -> Sequence[str]:
        """Run in the foreground, with the variables that apache2ctl would give it.

        Not by apache2ctl: a signal would end its shell, and leave the server.
        """
        if layouts.layout(self.site) is RED_HAT:
            return (*_HTTPD, "-D", "FOREGROUND")
        return ("sh", "-c", f". /{DEBIAN.root}/envvars; exec apache2 -D FOREGROUND")

    def start(self) -> None:
        """Start it with the directories that apache2ctl makes."""
        for place in _PLACES:
            self.enclosure.path(place).mkdir(parents=True, exist_ok=True)
        super().start()

    def is_ready(self) -> bool:
        """It has workers: it starts them when its ports listen, whichever its files name."""
        return any(process.children(pid) for pid in self._started().children())

    def essence(self, said: Sequence[str]) -> str:
        """Give what is wrong with the file and line, often in the line before that.

        Of a name that nobody has it says the name alone.

        Where files take in others, it names the line of each; the last is where the fault is.
        """
        for line, after in zip(said, (*said[1:], ""), strict=True):
            if found := _PLACE.match(line):
                return f"{found['path']}:{found['line']}: {found['what'] or after}"
            if found := _DEFINED.match(line):
                what = re.sub(r"\bAH\d+: ", "", _SOURCE.sub("", found["what"], count=1))
                return f"{found['place']}: {what}"
        named = next(filter(None, map(_BAD_NAME.search, said)), None)
        if named and (place := configuration.place_of(self.site, named["what"], named["name"])):
            return f"/{place}: {named[0]}"
        errors = (line for line in said if re.search(r"\berror\b|could not|unable|\(\d+\)", line))
        telling = (line for line in errors if not any(each in line for each in _EMPTY_WORDS))
        told = next(telling, "")
        return _SOURCE.sub("", told, count=1) or super().essence(said)
