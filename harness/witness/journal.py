"""The daemons' logs as a witness: their lines read into events.

One reader per log format; a line that says nothing about a boot is passed over.
dhcpd's own log has no times: an event's `time_s` is None there.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from harness.model import Family
from harness.witness.wire import DhcpKind

_MAPPED = "::ffff:"


@dataclass(frozen=True, kw_only=True)
class LogEvent:
    """One line of a daemon's log that tells something about a boot."""

    daemon: str
    line: str
    time_s: float | None = None
    client: str = ""
    """The client's IP address, where the line has one."""


@dataclass(frozen=True, kw_only=True)
class HttpServed(LogEvent):
    """The web server answered a request."""

    method: str
    path: str
    status: int
    bytes: int | None
    """Of the body, as sent; None where the log does not tell these alone."""
    user_agent: str = ""


@dataclass(frozen=True, kw_only=True)
class TftpAsked(LogEvent):
    """A client asked the TFTP server for a file."""

    file: str
    remapped: str = ""
    """What the server made of the name by its rules; "" where they left it."""


@dataclass(frozen=True, kw_only=True)
class TftpRefused(LogEvent):
    """The TFTP server said no."""

    error: str


@dataclass(frozen=True, kw_only=True)
class DhcpLogged(LogEvent):
    """A DHCP server received or sent a message."""

    family: Family
    kind: DhcpKind
    mac: str
    """"" where the line has none: then `xid` tells whose it is."""
    xid: int | None = None
    """Its transaction, where the line has it."""
    address: str = ""
    remark: str = ""
    """Why the server does not answer, such as `no free leases`."""


@dataclass(frozen=True, kw_only=True)
class ProxyLogged(LogEvent):
    """A proxy DHCP server heard a machine, and added a boot file to another's address, or not."""

    mac: str
    answered: bool


@dataclass(frozen=True, kw_only=True)
class RelayLogged(LogEvent):
    """A DHCP relay passed a machine's question on to a server."""

    mac: str = ""
    client: str = ""
    """The address that it was asked from, where its line has no MAC address."""


@dataclass(frozen=True, kw_only=True)
class NfsMounted(LogEvent):
    """The NFS server granted or refused a mount (NFSv3)."""

    path: str
    granted: bool


@dataclass(frozen=True, kw_only=True)
class DnsLogged(LogEvent):
    """The DNS server was asked for a name, or answered."""

    name: str
    what: str
    """`query`, `config`, `reply`, …: the server's own word."""
    value: str
    """The client that asked, or the answer."""


@dataclass(frozen=True, kw_only=True)
class HttpFault(LogEvent):
    """The web server noted why it could not answer a request as asked."""

    path: str
    """"" where the log has the file's place on the server instead."""
    why: str
    file: str = ""


@dataclass(frozen=True, kw_only=True)
class DaemonNote(LogEvent):
    """A daemon said something about itself that concerns every client."""

    text: str


@dataclass(frozen=True, kw_only=True)
class DaemonLife(LogEvent):
    """Somebody started or ended a daemon, as the lab noted it."""

    what: str
    """`started`, `stopped`, `killed`, `paused` or `resumed`."""

    @property
    def serves(self) -> bool:
        """Whether it can serve from now on."""
        return self.what in ("started", "resumed")


@dataclass(frozen=True, kw_only=True)
class FaultMade(LogEvent):
    """A scenario broke something on purpose, as the lab noted it."""

    text: str


@dataclass(frozen=True, kw_only=True)
class LinkStruck(LogEvent):
    """A link that was made faulty did something to frames."""

    what: str
    """`lose`, `duplicate`, `reorder`, `delay` or `cut`."""
    text: str


_Event = TypeVar("_Event", bound=LogEvent)


@dataclass(frozen=True, kw_only=True)
class Journal:
    """All that the daemons' logs tell, each daemon's in the order it was written."""

    events: tuple[LogEvent, ...] = field(default=())

    def of(self, kind: type[_Event]) -> Iterator[_Event]:
        """Go through the events of one kind."""
        return (event for event in self.events if isinstance(event, kind))

    @property
    def fetched(self) -> tuple[Sequence[str], ...]:
        """What each server of files was asked for by whoever, in its order; with the method."""
        return (
            [event.file for event in self.of(TftpAsked)],
            [f"{event.method} {event.path}" for event in self.of(HttpServed)],
        )


def plain_address(address: str) -> str:
    """Write an address the one way: IPv4-mapped ones as IPv4."""
    if address.lower().startswith(_MAPPED) and "." in address:
        return address[len(_MAPPED) :]
    return address.lower()
