"""nginx, a web server (package nginx)."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import PurePosixPath
from typing import ClassVar

from harness import process
from harness.daemon_facts import Daemon
from harness.host.tools import server_tool
from harness.model import Role
from harness.services.configuration import nginx as configuration
from harness.services.site_daemon import SiteDaemon
from harness.site import Site
from harness.site.files import Files
from harness.site.places import places
from harness.site.said import Said, Topic

_NAMED = re.compile(r" in /(?P<path>\S+):(?P<line>\d+)$")


class Nginx(SiteDaemon):
    """Serves loaders, the script, kernels and images."""

    name = "nginx"
    tool = server_tool("nginx")
    sign = "a worker"
    roles = (Role.HTTP,)
    drops_privileges = True
    writes = ("/var/lib/nginx", "/var/log/nginx")
    configured_by = configuration.MAIN
    works_by = Topic.PORT
    parts = (configuration.SITES, configuration.PARTS)
    units = ("nginx.service",)
    copied = ("etc/nginx",)
    hides: ClassVar[tuple[str, ...]] = (
        *parts,
        "etc/nginx/sites-available",
        "etc/nginx/modules-enabled",
    )
    stock: ClassVar[Mapping[str, str]] = {configured_by: "stock/nginx.conf"}
    accounts: ClassVar[Mapping[str, tuple[str, str]]] = {
        "nginx": ("www-data", "www-data"),
        "http": ("www-data", "www-data"),
    }
    include = r"^\s*include\s+(?P<path>[^\s;]+)"
    error_log = "nginx/error.log"
    settings: ClassVar[Mapping[str, Sequence[str]]] = {
        "log": ("access_log",),
        "listens": ("listen",),
        "certificate": ("ssl_certificate",),
    }
    # As Debian's unit, in the foreground, after its own check.
    argv = ("nginx", "-g", "daemon off; master_process on;")
    check_argv = ("nginx", "-t", "-q", "-g", "daemon off; master_process on;")

    @classmethod
    def facts(cls, site: Site) -> Daemon:
        """Add what it gives out."""
        return replace(super().facts(site), serves=configuration.served(site))

    @classmethod
    def says(cls, files: Files) -> Iterator[Said]:
        """Give its ports, addresses and directories."""
        return configuration.says(files)

    @classmethod
    def includes_from(cls, _files: Files) -> str:
        """Give the directory of its main file, whichever includes."""
        return str(PurePosixPath(configuration.MAIN).parent)

    def is_ready(self) -> bool:
        """It has workers: it starts them when its ports listen, whichever its file names."""
        return any(process.children(pid) for pid in self._started().children())

    def essence(self, said: Sequence[str]) -> str:
        """Name what stopped it: the first `[emerg]` line, without its time and process."""
        found = (re.search(r"\[emerg\] (?:\d+#\d+: )?(.*)", line) for line in said)
        first = next((match[1] for match in found if match), super().essence(said))
        return f"{first}{_not_ended(self.site, first)}"


def _not_ended(site: Site, said: str) -> str:
    """Say which line lacks its semicolon: nginx takes the next one's words for parameters of it."""
    named = _NAMED.search(said)
    lines = [] if named is None else list(places(site, [named["path"]], r"\S"))
    here = next((n for n, e in enumerate(lines) if named and e.line == int(named["line"])), 0)
    if not here or lines[here - 1].text.endswith((";", "{", "}")):
        return ""
    above, taken = lines[here - 1], lines[here].text.split()[0].strip(";")
    is_taken = f'"{taken}"' in said or f'arguments in "{above.text.split()[0]}"' in said
    return f": `{above.text}` ({above}) does not end in `;`" if is_taken else ""
