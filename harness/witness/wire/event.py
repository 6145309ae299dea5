"""What is seen on the wire, in the order of time: one frozen value for each event.

Times are seconds since the epoch, as the capture has them; frames are numbered from 1, as
Wireshark and tcpdump count. Here is what they have in common, and the small ones.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TypeVar

from harness.model import Family
from harness.witness.wire.sender import Sender

CLOSED_TCP, CLOSED_UDP = "connection refused", "port unreachable"
"""How a host says that nobody listens on one of its ports."""
EVERYBODY = "ff:ff:ff:ff:ff:ff"
"""The MAC address of all on a link."""


@dataclass(frozen=True, kw_only=True)
class WireEvent:
    """Something between one client and one server, as text one line for a timeline.

    `client` and `server` are IP addresses; a side that is not known is "".
    """

    time_s: float
    frame: int
    family: Family
    client: str = ""
    client_mac: str = ""
    server: str = ""
    server_mac: str = ""


@dataclass(frozen=True, kw_only=True)
class DnsLookup(WireEvent):
    """One DNS question and its answer."""

    name: str
    type: str
    answers: tuple[str, ...] = ()
    rcode: int | None = None
    """None: nobody answered. 0: no error, 3: no such name (RFC 1035)."""

    def __str__(self) -> str:
        """Say what was answered."""
        why = "no answer" if self.rcode is None else f"no address (rcode {self.rcode})"
        answer = ", ".join(self.answers) or why
        return f"DNS {self.type} {self.name} asked by {self.client}: {answer}"


@dataclass(frozen=True, kw_only=True)
class Refusal(WireEvent):
    """A port that was not to be had: TCP reset in answer to SYN, or ICMP unreachable."""

    transport: str
    port: int
    why: str

    @property
    def is_closed(self) -> bool:
        """Whether its host says that nobody listens there; else nobody came so far."""
        return self.why in (CLOSED_TCP, CLOSED_UDP)

    def __str__(self) -> str:
        """Say whom it kept out."""
        return f"{self.server} {self.transport} port {self.port} to {self.client}: {self.why}"


@dataclass(frozen=True, kw_only=True)
class Unheard(WireEvent):
    """A server that was asked again and again, and gave no answer at all."""

    port: int = 0
    """Of TCP; 0: its address was looked for on the link, and nobody has it."""
    times: int = 1
    last_frame: int = 0
    """Of the last time; 0: of the first."""

    def asked_again(self, times: int, *, last_frame: int = 0) -> "Unheard":
        """Give it as the first of so many."""
        return replace(self, times=times, last_frame=last_frame)

    @property
    def is_to_all(self) -> bool:
        """Whether the question was sent to everybody on the link, of whom none may take it."""
        return bool(self.port) and self.server_mac == EVERYBODY

    @property
    def what(self) -> str:
        """What was asked in vain, in the plural."""
        if self.port:
            return "SYNs"
        return "ARP requests" if self.family is Family.IPV4 else "neighbour solicitations"

    def __str__(self) -> str:
        """Say who was asked."""
        port = f" TCP port {self.port}" if self.port else ""
        return f"{self.server}{port} gave {self.client} no answer to {self.times} {self.what}"


@dataclass(frozen=True, kw_only=True)
class Repeat(WireEvent):
    """Segments of one direction of a TCP connection that were sent again."""

    by_client: bool
    times: int

    def __str__(self) -> str:
        """Say which side did so."""
        who = self.client if self.by_client else self.server
        return f"TCP of {self.client} and {self.server}: {who} sent {self.times} segments again"


_Event = TypeVar("_Event", bound=WireEvent)


@dataclass(frozen=True, kw_only=True)
class Wire:
    """All that a capture tells, in the order of time."""

    events: tuple[WireEvent, ...] = field(default=())
    frames: int = 0
    sources: frozenset[str] = frozenset()
    """Every IP address that a packet came from."""
    targets: frozenset[str] = frozenset()
    """Every IP address that a packet went to."""
    senders: tuple[Sender, ...] = ()
    """Who has sent frames of either family, each with its first one."""

    def of(self, kind: type[_Event], *, mac: str = "") -> Iterator[_Event]:
        """Go through the events of one kind, of one client if `mac` is given."""
        for event in self.events:
            if isinstance(event, kind) and mac in ("", event.client_mac):
                yield event
