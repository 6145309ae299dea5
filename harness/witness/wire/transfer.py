"""What was fetched over TFTP and HTTP, and how it ended."""

import re
from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

from harness.witness.wire.event import WireEvent

HEAD_SIZE = 1024
"""How much of a file's beginning is kept: the headers of a program."""
CHUNKED = "chunked"
"""The transfer coding of a body whose length is told piece by piece (RFC 9112 7.1)."""
Head: TypeAlias = bytes
"""The first bytes of what was transferred, as the capture has them."""


class Outcome(Enum):
    """How a transfer ended."""

    COMPLETE = "complete"
    """Every byte was sent, and acknowledged by the client."""
    SENT = "sent"
    """Every byte was sent, the last were not acknowledged: iPXE boots without a word."""
    REFUSED = "refused"
    """The server answered with an error, or that there is no file to send."""
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
    told_size: int | None = None
    """What the server said that the file has (`tsize`, RFC 2349); None: nobody asked."""
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
    part: str = ""
    """What of the file was asked for (`Range`); "" for all of it."""
    status: int | None = None
    content_length: int | None = None
    content_type: str = ""
    coding: str = ""
    """How the body on the wire differs from the file: `gzip`, `chunked`, both; "" where not."""
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
    sealed: bool = False
    """Whether it went through TLS: what it was, the web server's log has told (`tls_fetches`)."""

    @property
    def packed_by(self) -> str:
        """By what the file was packed for the way, which no firmware or loader unpacks: `gzip`."""
        return ", ".join(each for each in self.coding.split(", ") if each not in ("", CHUNKED))

    @property
    def asked(self) -> str:
        """The name or address by which the server was asked for, without a port."""
        return re.sub(r":\d*$", "", self.host).lower().strip("[]")

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
        protocol = "HTTPS" if self.sealed else "HTTP"
        return f"{protocol} {self.method} {self.path} of {self.client}: {status}, {body}"


@dataclass(frozen=True, kw_only=True)
class TlsSession(WireEvent):
    """One TCP connection on which a client asked for TLS."""

    port: int
    name: str
    """The name that the client asked for (SNI); "" where it named none."""
    sent: int
    """Bytes that the server has sent, all of TLS's own too."""
    alert: str = ""
    """Who broke it off, and by which alert, before it was sealed; "" where nobody did."""
    end_time_s: float = 0.0

    def __str__(self) -> str:
        """Say whom it was with, and how it ended unless well."""
        name = f" as {self.name}" if self.name else ""
        alert = f", {self.alert}" if self.alert else ""
        return f"TLS of {self.client} with {self.server}{name}: {self.sent} bytes came{alert}"


Transfer: TypeAlias = TftpTransfer | HttpExchange
