"""lighttpd, a web server (package lighttpd)."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import ClassVar

from harness.daemon_facts import Daemon
from harness.host.tools import server_tool
from harness.model import Role
from harness.services.configuration import lighttpd as configuration
from harness.services.site_daemon import SiteDaemon
from harness.site import Site
from harness.site.files import Files
from harness.site.problem import Problem
from harness.site.said import Said, Topic

_CONFIGURATION = configuration.MAIN
_CACHE_DIR = "/var/cache/lighttpd"
_LOG_DIR = "/var/log/lighttpd"
_PORT = re.compile(r"^\s*server\.port\s*=\s*(\d+)", re.MULTILINE)
_NO_MODULE = re.compile(r"dlopen\(\) failed for: \S*/(?P<name>\w+)\.so")
_TOLD = re.compile(r"source: (?P<path>/\S+) line: (?P<line>\d+) pos: \d+ (?P<why>.+)")
"""How it says where it gave up, on another line than that it did."""
_SOURCE = re.compile(r"^[-\d]+ [:\d]+: \([\w.]+\) ")


class Lighttpd(SiteDaemon):
    """Serves loaders, the script, kernels and images."""

    name = "lighttpd"
    tool = server_tool("lighttpd")
    sign = "its TCP port"
    roles = (Role.HTTP,)
    drops_privileges = True
    writes = (_CACHE_DIR, _LOG_DIR)
    parts = (configuration.PARTS,)
    units = ("lighttpd.service",)
    copied = ("etc/lighttpd",)
    hides = parts
    port = 80
    configured_by = _CONFIGURATION
    works_by = Topic.ROOT
    stock: ClassVar[Mapping[str, str]] = {configured_by: "stock/lighttpd.conf"}
    accounts: ClassVar[Mapping[str, tuple[str, str]]] = {"lighttpd": ("www-data", "www-data")}
    # Its mod_accesslog writes what it has gathered every fourth second.
    log_delay_s = 4.0
    error_log = "lighttpd/error.log"
    # Debian's own file has none.
    settings: ClassVar[Mapping[str, Sequence[str]]] = {
        "log": ("accesslog",),
        "listens": ("server.port", "server.bind", "$SERVER"),
    }
    # As Debian's unit, in the foreground, after its own check.
    argv = ("lighttpd", "-D", "-f", f"/{_CONFIGURATION}")
    check_argv = ("lighttpd", "-tt", "-f", f"/{_CONFIGURATION}")

    @classmethod
    def facts(cls, site: Site) -> Daemon:
        """Add what it gives out, as far as that is said plainly."""
        return replace(super().facts(site), serves=tuple(configuration.served(site)))

    @classmethod
    def says(cls, files: Files) -> Iterator[Said]:
        """Give its port, address and directory."""
        return configuration.says(files)

    @classmethod
    def doubts(cls, site: Site) -> Iterator[Problem]:
        """Look for settings whose module is not loaded: it passes them over, and goes on."""
        for path, line, what in configuration.idle(site):
            yield Problem(what=what, path=site.dir / path, line=line)

    def check(self) -> None:
        """See where it listens."""
        super().check()
        told = self.enclosure.run(["lighttpd", "-p", "-f", f"/{_CONFIGURATION}"]).output
        found = _PORT.search(told)
        self.port = int(found[1]) if found else self.port

    def start(self) -> None:
        """Start it with directories that it may write to: it opens its logs without rights."""
        uploads = self.enclosure.path(f"{_CACHE_DIR}/uploads")
        uploads.mkdir(exist_ok=True)
        for directory in (uploads, self.enclosure.path(_LOG_DIR)):
            # Not its own, as in Debian: whoever runs the lab must be able to take it away.
            directory.chmod(0o777)
        super().start()

    def is_ready(self) -> bool:
        """Its port listens: it says so itself nowhere but in a log whose place is the site's."""
        return self.listens("tcp", self.port)

    def essence(self, said: Sequence[str]) -> str:
        """Leave out the time and the place in its own source; name a module that it has not."""
        lacking = next(filter(None, map(_NO_MODULE.search, said)), None)
        if lacking is not None:
            return f"it has no module {lacking['name']} (dlopen() failed)"
        what = _SOURCE.sub("", super().essence(said))
        told = next(filter(None, map(_TOLD.search, said)), None)
        if told is None or told["path"] in what:
            return what
        return f"{what.rstrip(' :')} ({told['path']} line {told['line']}: {told['why']})"
