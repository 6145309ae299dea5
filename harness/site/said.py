"""What the files of a boot server say of it, each with its place.

Owns the words only. Which file says what, its daemon's module knows (`SiteDaemon.says`).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from ipaddress import ip_network


class Topic(Enum):
    """What something that a file says is about."""

    INTERFACE = "the interface that is served"
    ADDRESS = "an address that is listened on"
    NETWORK = "a network that is served"
    BOOT_SERVER = "where boot files come from"
    BOOT_FILE = "a boot file that is handed out"
    DNS_SERVER = "the DNS server that is handed out"
    UPSTREAM = "whom the DNS server asks"
    ROUTER = "the router that is handed out"
    ROOT = "the directory that is served"
    EXPORT = "a directory that is exported"
    DISK = "a disk that is offered"
    PORT = "the port that is listened on"
    PROXY = "whom another server gives addresses"
    NAME = "a name that is resolved"
    ASKS = "a name that has to resolve"
    SECRET = "a secret"


@dataclass(frozen=True, kw_only=True)
class Said:
    """One thing that a file says."""

    topic: Topic
    text: str
    path: str
    """The file, below the root of the server."""
    line: int | None = None
    value: str = ""
    """What it is said to be: a name's address."""
    guess: str = ""
    """Why it may be otherwise; "" when the file is plain about it."""

    @property
    def place(self) -> str:
        """The file and line, as messages name it."""
        return self.path if self.line is None else f"{self.path}:{self.line}"


def networks_in(text: str) -> Iterator[tuple[Topic, str]]:
    """Give the network that a text means, be it by an address in it; nothing where it means none.

    Whoever serves it says what is wrong then.
    """
    try:
        yield Topic.NETWORK, str(ip_network(text, strict=False))
    except ValueError:
        return
