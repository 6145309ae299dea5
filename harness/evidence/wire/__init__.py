"""The wire as a witness: a capture read into the events that a boot consists of."""

from harness.evidence.wire.event import (
    DhcpKind,
    DhcpMessage,
    DnsLookup,
    HttpExchange,
    Outcome,
    Prefix,
    Refusal,
    RouterAdvertisement,
    TftpTransfer,
    Wire,
    WireEvent,
)
from harness.evidence.wire.reader import read_capture

__all__ = [
    "DhcpKind",
    "DhcpMessage",
    "DnsLookup",
    "HttpExchange",
    "Outcome",
    "Prefix",
    "Refusal",
    "RouterAdvertisement",
    "TftpTransfer",
    "Wire",
    "WireEvent",
    "read_capture",
]
