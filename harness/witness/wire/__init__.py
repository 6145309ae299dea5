"""The wire as a witness: a capture read into the events that a boot consists of.

One frozen value per event. Times are seconds since the epoch, as the capture has them;
frames are numbered from 1, as Wireshark and tcpdump count.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import TypeAlias, TypeVar

from harness.model import USER_CLASS_IPXE, VENDOR_CLASS_HTTP, VENDOR_CLASS_PXE, Family
from harness.step import DHCP_NAME, IP_NAME, Ask


class DhcpKind(Enum):
    """What a DHCP message is: DHCPv4's option 53, DHCPv6's message type."""

    DISCOVER = "discover"
    OFFER = "offer"
    REQUEST = "request"
    DECLINE = "decline"
    ACK = "ack"
    NAK = "nak"
    RELEASE = "release"
    INFORM = "inform"
    SOLICIT = "solicit"
    ADVERTISE = "advertise"
    REQUEST6 = "request6"
    CONFIRM6 = "confirm6"
    RENEW6 = "renew6"
    REBIND6 = "rebind6"
    REPLY = "reply"
    RELEASE6 = "release6"
    DECLINE6 = "decline6"
    INFORM6 = "information-request"

    @property
    def from_server(self) -> bool:
        """Whether servers send it."""
        return self in _FROM_SERVER

    @property
    def proposes(self) -> bool:
        """Whether a server proposes a lease by it."""
        return self in (DhcpKind.OFFER, DhcpKind.ADVERTISE)

    @property
    def grants(self) -> bool:
        """Whether a server grants a lease by it."""
        return self in (DhcpKind.ACK, DhcpKind.REPLY)

    @property
    def seeks(self) -> bool:
        """Whether a client begins by it."""
        return self in (DhcpKind.DISCOVER, DhcpKind.SOLICIT)


HEAD_SIZE = 1024
"""How much of a file's beginning is kept: the headers of a program."""
Head: TypeAlias = bytes
"""The first bytes of what was transferred, as the capture has them."""

_FROM_SERVER = frozenset(
    {DhcpKind.OFFER, DhcpKind.ACK, DhcpKind.NAK, DhcpKind.ADVERTISE, DhcpKind.REPLY}
)


class Outcome(Enum):
    """How a transfer ended."""

    COMPLETE = "complete"
    """Every byte was sent, and acknowledged by the client."""
    SENT = "sent"
    """Every byte was sent, the last were not acknowledged: iPXE boots without a word."""
    REFUSED = "refused"
    """The server answered with an error."""
    ABORTED = "aborted"
    """The client broke it off (firmware does, once it knows the file's size)."""
    REDIRECTED = "redirected"
    """The server named another place to fetch it from."""
    RESET = "reset"
    """The connection was reset, or closed before the last byte."""
    UNFINISHED = "unfinished"
    """The capture ends before the transfer does."""
    UNANSWERED = "unanswered"
    """The server said nothing."""

    @property
    def open(self) -> bool:
        """Whether the transfer may still go on."""
        return self in (Outcome.UNANSWERED, Outcome.UNFINISHED)

    @property
    def arrived(self) -> bool:
        """Whether the client has got all."""
        return self in (Outcome.COMPLETE, Outcome.SENT)


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
class Option:
    """One option of a DHCP answer, or of a router advertisement, in words."""

    code: int
    name: str
    """`router`, `DNS`; `option 224` where nobody knows it."""
    value: str

    def __str__(self) -> str:
        """Say it."""
        return f"{self.name} {self.value}"


@dataclass(frozen=True, kw_only=True)
class DhcpMessage(WireEvent):
    """One DHCPv4 or DHCPv6 message."""

    kind: DhcpKind
    xid: int
    client_arch: int | None = None
    """Option 93 / 61."""
    vendor_class: str = ""
    """Option 60 / 16, of whoever sent the message."""
    user_class: str = ""
    """Option 77 / 15."""
    server_id: str = ""
    """DHCPv4: option 54. DHCPv6: the server's DUID in hex. In requests: who is meant."""
    address: str = ""
    """The address proposed, leased or asked for."""
    next_server: str = ""
    server_name: str = ""
    """The `sname` field."""
    bootfile: str = ""
    """The `file` field, option 67, or option 59 (bootfile-url)."""
    valid_s: int | None = None
    """How long the address is leased for."""
    preferred_s: int | None = None
    """DHCPv6: how long it is to be used for new connections."""
    t1_s: int | None = None
    """When to renew, and (T2) to ask any server."""
    t2_s: int | None = None
    options: tuple[Option, ...] = ()
    """Of what a server sends: all that a boot or the system afterwards uses."""
    status: str = ""
    """DHCPv6: what a server says no by, such as `NoAddrsAvail` (RFC 8415 21.13)."""
    status_text: str = ""
    """The server's own words to that."""

    @property
    def transaction(self) -> tuple[Family, int]:
        """What question and answers have in common."""
        return self.family, self.xid

    @property
    def is_ipxe(self) -> bool:
        """Whether the client says that it is iPXE."""
        return self.user_class == USER_CLASS_IPXE

    @property
    def is_boot_request(self) -> bool:
        """Whether a network boot asks: it names its architecture and a known vendor class.

        Firmware that only configures its IPv6 interface, and a booted system, do neither.
        """
        asks = not self.kind.from_server and self.client_arch is not None
        return asks and self.vendor_class.startswith(("PXEClient", "HTTPClient"))

    @property
    def ask(self) -> Ask:
        """The question that a network boot asks by it."""
        http = self.vendor_class.startswith(VENDOR_CLASS_HTTP)
        return Ask(
            family=self.family,
            client_arch=-1 if self.client_arch is None else self.client_arch,
            vendor_class=VENDOR_CLASS_HTTP if http else VENDOR_CLASS_PXE,
            ipxe=self.is_ipxe,
        )

    def __str__(self) -> str:
        """Say who sent it, and what it names."""
        sender = f"from {self.server} to" if self.kind.from_server else "from"
        parts = [f"{sender} {self.client_mac}"]
        if self.client_arch is not None and not self.kind.from_server:
            parts.append(f"client arch 0x{self.client_arch:04x}")
        named = {
            "vendor class": self.vendor_class,
            "user class": self.user_class,
            "address": self.address,
            "next-server": self.next_server,
            "bootfile": self.bootfile,
        }
        parts += [f"{name} {value}" for name, value in named.items() if value]
        return f"{DHCP_NAME[self.family]} {self.kind.value} {', '.join(parts)}"


@dataclass(frozen=True, kw_only=True)
class TftpTransfer(WireEvent):
    """One TFTP read, from its request to its last block."""

    file: str
    requests: int = 1
    """How often it was asked for before the server answered: the server logs each."""
    outcome: Outcome
    error: str = ""
    error_code: int | None = None
    """Of an error that was sent (RFC 1350: 1 no such file, 2 access violation)."""
    block_size: int = 512
    """As agreed on, in bytes."""
    repeats: int = 0
    """Blocks that the server sent again."""
    stuck: int = 0
    """How often of these the last block that was sent: nobody has acknowledged it."""
    blocks: int = 0
    bytes: int = 0
    head: Head = b""
    end_time_s: float = 0.0

    def __str__(self) -> str:
        """Say how it ended."""
        ending = f"{self.outcome.value} {self.error}".strip()
        if self.outcome is Outcome.COMPLETE:
            ending = f"{self.bytes} bytes in {self.end_time_s - self.time_s:.2f} s"
        return f"TFTP {self.file} from {self.server} to {self.client}: {ending}"


@dataclass(frozen=True, kw_only=True)
class HttpExchange(WireEvent):
    """One HTTP request and what became of it."""

    method: str
    path: str
    """As it was asked for: percent-encoded."""
    port: int = 80
    """The server's."""
    host: str = ""
    user_agent: str = ""
    status: int | None = None
    content_length: int | None = None
    bytes: int = 0
    """Of the body, as far as the client acknowledged them."""
    head: Head = b""
    excess: int = 0
    """Bytes that the server sent behind the body's announced end."""
    location: str = ""
    """Where a redirection leads to."""
    ended_by: str = ""
    """Of a body that was cut off: who did what to the connection."""
    outcome: Outcome
    end_time_s: float = 0.0

    @property
    def host_name(self) -> str:
        """The name by which the server was asked for; "" where it was an address."""
        name = re.sub(r":\d*$", "", self.host).lower()
        is_address = name.startswith("[") or re.fullmatch(r"[\d.]*", name) is not None
        return "" if is_address else name

    def __str__(self) -> str:
        """Say what was answered, and how it ended unless well."""
        status = "no answer" if self.status is None else self.status
        size, ending = self.bytes, f", {self.outcome.value}"
        if self.outcome is Outcome.COMPLETE:
            ending = ""
        elif self.outcome is Outcome.SENT:
            size, ending = self.content_length or 0, f", {self.bytes} of them acknowledged"
        body = f"{size} bytes in {self.end_time_s - self.time_s:.2f} s{ending}"
        return f"HTTP {self.method} {self.path} of {self.client}: {status}, {body}"


Transfer: TypeAlias = TftpTransfer | HttpExchange


@dataclass(frozen=True, kw_only=True)
class Repeat(WireEvent):
    """Segments of one direction of a TCP connection that were sent again."""

    by_client: bool
    times: int

    def __str__(self) -> str:
        """Say which side did so."""
        who = self.client if self.by_client else self.server
        return f"TCP of {self.client} and {self.server}: {who} sent {self.times} segments again"


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
class NfsMount(WireEvent):
    """A client of NFSv3 asks the mount daemon for a directory. NFSv4 has no such step."""

    path: str
    status: int | None = None
    """None: nobody answered. 0: granted, 13: refused (RFC 1813, mountstat3)."""

    def __str__(self) -> str:
        """Say what was answered."""
        answer = {None: "no answer", 0: "granted"}.get(self.status, f"refused ({self.status})")
        return f"NFS mount of {self.path} by {self.client} of {self.server}: {answer}"


@dataclass(frozen=True, kw_only=True)
class NfsUse(WireEvent):
    """All that one client asked of an NFS server in one version; the frame is the first."""

    version: str
    calls: int
    reads: int
    errors: tuple[str, ...] = ()
    """What the server answered besides success, by its name without `NFS3ERR_`."""

    def __str__(self) -> str:
        """Count what was asked."""
        errors = f", errors: {', '.join(self.errors)}" if self.errors else ""
        asked = f"{self.calls} calls, {self.reads} reads"
        return f"NFSv{self.version} by {self.client} of {self.server}: {asked}{errors}"


@dataclass(frozen=True, kw_only=True)
class IscsiLogin(WireEvent):
    """A client opens a disk of an iSCSI target."""

    target: str
    """Its name: `iqn.2026-11.example:disk`."""
    status: int | None = None
    """None: nobody answered. 0: granted, 0x0203: no such target (RFC 7143 11.13.5)."""

    def __str__(self) -> str:
        """Say what was answered."""
        return f"iSCSI login of {self.client}: {self.words}"

    @property
    def words(self) -> str:
        """What was done, and why in vain if it was, as a boot's text has it."""
        answer = "nobody answers"
        if self.status is not None:
            answer = _ISCSI_ANSWERS.get(self.status, f"refused (status {self.status:#06x})")
        place = f"over iSCSI, {IP_NAME[self.family]}, from {self.server}"
        return f"opens {self.target} {place}{f': {answer}' if answer else ''}"

    @property
    def is_unknown(self) -> bool:
        """Whether the server has no such target, or not for this machine."""
        return self.status == _NO_SUCH_TARGET


_NO_SUCH_TARGET = 0x0203
_ISCSI_ANSWERS = {
    0: "",
    0x0201: "the password is refused",
    0x0202: "not allowed",
    _NO_SUCH_TARGET: "no such target",
}


@dataclass(frozen=True, kw_only=True)
class Prefix:
    """A prefix of a router advertisement."""

    prefix: str
    on_link: bool
    autonomous: bool
    valid_s: int = 0
    preferred_s: int = 0


@dataclass(frozen=True, kw_only=True)
class RouterAdvertisement(WireEvent):
    """One router advertisement; `server` is the router."""

    managed: bool
    other: bool
    prefixes: tuple[Prefix, ...] = ()
    lifetime_s: int = 0
    """How long it is a default router; 0: it is none."""
    preference: str = "medium"
    hop_limit: int = 0
    """0: it does not say; so with the two times that follow."""
    reachable_ms: int = 0
    retransmit_ms: int = 0
    options: tuple[Option, ...] = ()
    """What else it tells: MTU, DNS servers, search lists, routes."""

    def __str__(self) -> str:
        """Say what it promises."""
        flags = [name for name in ("managed", "other") if getattr(self, name)]
        prefixes = [f"{e.prefix}{' autonomous' if e.autonomous else ''}" for e in self.prefixes]
        return f"router advertisement of {self.server}: {', '.join([*flags, *prefixes])}"


@dataclass(frozen=True, kw_only=True)
class Refusal(WireEvent):
    """A port that nobody listens on: TCP reset in answer to SYN, or ICMP unreachable."""

    transport: str
    port: int
    why: str

    def __str__(self) -> str:
        """Say whom it kept out."""
        return f"{self.server} {self.transport} port {self.port} to {self.client}: {self.why}"


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

    def of(self, kind: type[_Event], *, mac: str = "") -> Iterator[_Event]:
        """Go through the events of one kind, of one client if `mac` is given."""
        for event in self.events:
            if isinstance(event, kind) and mac in ("", event.client_mac):
                yield event


def read_capture(path: Path, *, frames: int | None = None) -> Wire:
    """Read a capture, or its first frames; give an empty wire when there is none yet."""
    from harness.witness.wire import pcap

    return pcap.read_capture(path, frames=frames)
