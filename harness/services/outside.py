"""What stands in for hosts beyond a lab: a web server, and a resolver that knows their names.

Both run apart from the site's own daemons, in a network namespace of their own, so whatever
those listen on is theirs.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import ClassVar

from harness.deadline import Pace
from harness.errors import SiteError
from harness.host.tools import server_tool
from harness.loaders.script import LONGEST
from harness.services.base import Enclosure, Service
from harness.services.nginx import Nginx
from harness.site import Site
from harness.site.beyond import Beyond, StandIn
from harness.site.places import below

_DIR = "/run/harness/outside"
_WEB_CONFIGURATION = f"{_DIR}/nginx.conf"
_LOG_DIR = "/var/log/outside"
_MAIN = """
user www-data;
worker_processes 1;
pid {dir}/nginx.pid;
error_log {logs}/error.log;
events {{}}
http {{
  include /etc/nginx/mime.types;
  types {{ application/efi efi; text/plain ipxe; }}
  default_type application/octet-stream;
  access_log {logs}/access.log combined;
  server {{ {listen} return 404; }}
{servers}
}}
"""


class OutsideWeb(Nginx):
    """Gives out what the stand-ins have."""

    name = "outside-web"
    hides = ()
    stock: ClassVar[Mapping[str, str]] = {}
    writes = ("/var/lib/nginx", _LOG_DIR)
    error_log = "outside/error.log"

    def __init__(
        self, enclosure: Enclosure, site: Site, log_dir: Path, pace: Pace, *, beyond: Beyond
    ) -> None:
        """Keep what it stands in for."""
        super().__init__(enclosure, site, log_dir, pace)
        self._beyond = beyond

    def command(self) -> Sequence[str]:
        """Run by its own configuration."""
        return [*self.argv, "-c", _WEB_CONFIGURATION]

    def check_command(self) -> Sequence[str]:
        """Judge its own configuration."""
        return [*self.check_argv, "-c", _WEB_CONFIGURATION]

    def check(self) -> None:
        """Write its configuration, and let nginx judge it."""
        ports = _ports(self.site)
        servers = "\n".join(_server(each, ports) for each in self._beyond.stand_ins)
        listen = _listen(ports, "default_server")
        text = _MAIN.format(dir=_DIR, logs=_LOG_DIR, listen=listen, servers=servers)
        _write(self.enclosure, _WEB_CONFIGURATION, text)
        super().check()


class OutsideDns(Service):
    """Answers for the names of the stand-ins, and refuses all others."""

    name = "outside-dns"
    tool = server_tool("dnsmasq", package="dnsmasq-base")
    ready = "started, version"
    argv = ("dnsmasq", "--keep-in-foreground", "--log-queries", "--log-facility=-")

    def __init__(
        self, enclosure: Enclosure, site: Site, log_dir: Path, pace: Pace, *, beyond: Beyond
    ) -> None:
        """Keep whom it knows."""
        super().__init__(enclosure, site, log_dir, pace)
        self._beyond = beyond
        self._configuration = f"{_DIR}/{self.name}.conf"

    def command(self) -> Sequence[str]:
        """Run by its own configuration."""
        own = f"--conf-file={self._configuration}", f"--pid-file={_DIR}/{self.name}.pid"
        return [*self.argv, *own]

    def check_command(self) -> Sequence[str]:
        """Judge its own configuration."""
        return ["dnsmasq", "--test", f"--conf-file={self._configuration}"]

    def check(self) -> None:
        """Write its configuration, and let dnsmasq judge it."""
        records = (
            # Of a family in which it has no address, it has none: nobody else is to be asked.
            f"host-record={each.host},{','.join(map(str, each.addresses))}\nlocal=/{each.host}/\n"
            for each in self._beyond.stand_ins
            if each.host not in map(str, each.addresses)
        )
        text = "".join(("no-resolv\n", "no-hosts\n", "cache-size=0\n", *records))
        _write(self.enclosure, self._configuration, text)
        super().check()


class ServerDns(OutsideDns):
    """The same at the server's own address, where the site's copy has no DNS server."""

    name = "outside-dns-server"


def _server(stand_in: StandIn, ports: Sequence[int]) -> str:
    name = f"[{stand_in.host}]" if ":" in stand_in.host else stand_in.host
    return f"  server {{ {_listen(ports)} server_name {name}; root /{stand_in.directory}; }}"


def _listen(ports: Sequence[int], word: str = "") -> str:
    places = (place for port in ports for place in (f"{port}", f"[::]:{port}"))
    return " ".join(f"listen {place} {word};".replace(" ;", ";") for place in places)


def _ports(site: Site) -> tuple[int, ...]:
    """Give HTTP's own port, and those that the site's scripts name behind such a host."""
    hosts = "|".join(map(re.escape, site.outside))
    named = re.compile(rf"(?i)://\[?(?:{hosts})\]?:(\d{{1,5}})\b")
    found = {int(port) for text in _texts(site) for port in named.findall(text)}
    return (80, *sorted(found - {80, 443}))


def _texts(site: Site) -> Iterator[str]:
    roots = (*site.roots, *map(site.outside_root, site.outside))
    for path in dict.fromkeys(path for root in roots for path in below(site, root)):
        own = site.file(path)
        if own is None or own.stat().st_size <= LONGEST:
            with suppress(SiteError):  # it is not a text
                yield site.read(path)


def _write(enclosure: Enclosure, inside: str, text: str) -> None:
    place = enclosure.path(inside)
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(text)
