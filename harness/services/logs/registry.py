"""Which logs tell of boots: a line each."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import chain
from pathlib import Path

from harness.services.base import LIVES
from harness.services.logs.atftpd import AtftpdParser
from harness.services.logs.dhcpd import Dhcpd6Parser, message4
from harness.services.logs.dnsmasq import query
from harness.services.logs.kea import leases
from harness.services.logs.lives import life
from harness.services.logs.nfs import GaneshaParser, mount
from harness.services.logs.read import Parse, read
from harness.services.logs.relay import passed, passed6
from harness.services.logs.tftpd import request
from harness.services.logs.web import apache_fault, combined, fault
from harness.site.further_host import HOSTS_DIR, located
from harness.witness.journal import Journal, LogEvent
from harness.witness.link import read_links


def _of_kea(name: str) -> tuple[str, ...]:
    return f"{name}.log", "kea/*", "syslog"


LOGS: Sequence[tuple[str, Callable[[], Parse]]] = (
    ("dhcpd4.log", lambda: message4),
    ("dhcpd6.log", Dhcpd6Parser),
    # Where its own settings say: standard output, a file of their directory, the system log.
    *((file, partial(leases, name)) for name in ("kea4", "kea6") for file in _of_kea(name)),
    ("syslog", lambda: request),
    ("atftpd.log", AtftpdParser),
    ("relay.log", lambda: passed),
    ("relay6.log", lambda: passed6),
    ("nginx/access.log", lambda: combined("nginx")),
    ("nginx/error.log", lambda: fault),
    # Whatever its configuration calls the file. Debian's formats count an answer's head, too.
    ("apache2/*.log", lambda: combined("apache2", counts_head=True)),
    ("apache2/*.log", lambda: apache_fault),
    ("lighttpd/*.log", lambda: combined("lighttpd")),
    ("dnsmasq.log", lambda: query),
    ("nfs.log", lambda: mount),
    ("nfs.log", GaneshaParser),
    ("bad-httpd.access.log", lambda: combined("bad-httpd")),
    ("outside/access.log", lambda: combined("outside-web")),
    (LIVES, lambda: life),
)
"""Pattern of files below a lab's logs, and what gives a parser, at the beginning of each file."""


def read_logs(log_dir: Path) -> Journal:
    """Read every log of an evidence directory's `log/`; those not there say nothing.

    Of a further host's, its daemons are called as the site calls them.
    """
    further = ((e.parent.name, e) for e in sorted(log_dir.glob(f"{HOSTS_DIR}/*/log")))
    beside = (
        replace(event, daemon=located(event.daemon, host)) if event.daemon else event
        for host, place in further
        for event in _events(place)
    )
    return Journal(events=(*_events(log_dir), *beside, *read_links(log_dir)))


def _events(log_dir: Path) -> Iterator[LogEvent]:
    found = ((path, make()) for file, make in LOGS for path in sorted(log_dir.glob(file)))
    return chain.from_iterable(read(path, parse) for path, parse in found)
