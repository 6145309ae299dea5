"""The wire as a witness: a capture read into the events that a boot consists of.

The values are light; what reads them from a capture is imported when there is one to read.
"""

from pathlib import Path

from harness.witness.wire.configuration import (
    DhcpKind,
    DhcpMessage,
    Option,
    Prefix,
    RouterAdvertisement,
)
from harness.witness.wire.event import DnsLookup, Refusal, Repeat, Unheard, Wire, WireEvent
from harness.witness.wire.sender import Sender
from harness.witness.wire.storage import IscsiLogin, NfsMount, NfsUse
from harness.witness.wire.transfer import (
    HEAD_SIZE,
    Head,
    HttpExchange,
    Outcome,
    TftpTransfer,
    TlsSession,
    Transfer,
)

__all__ = [
    "HEAD_SIZE",
    "DhcpKind",
    "DhcpMessage",
    "DnsLookup",
    "Head",
    "HttpExchange",
    "IscsiLogin",
    "NfsMount",
    "NfsUse",
    "Option",
    "Outcome",
    "Prefix",
    "Refusal",
    "Repeat",
    "RouterAdvertisement",
    "Sender",
    "TftpTransfer",
    "TlsSession",
    "Transfer",
    "Unheard",
    "Wire",
    "WireEvent",
    "read_capture",
]


def read_capture(path: Path, *, frames: int | None = None) -> Wire:
    """Read a capture, or its first frames; give an empty wire when there is none yet."""
    from harness.witness.wire import pcap

    return pcap.read_capture(path, frames=frames)
