"""The wire as a witness: a capture read into the events that a boot consists of."""

from importlib import import_module
from pathlib import Path

from harness.witness.wire.event import (
    HEAD_SIZE,
    DhcpKind,
    DhcpMessage,
    DnsLookup,
    HttpExchange,
    NfsMount,
    NfsUse,
    Outcome,
    Prefix,
    Refusal,
    Repeat,
    RouterAdvertisement,
    TftpTransfer,
    Wire,
    WireEvent,
)

__all__ = [
    "HEAD_SIZE",
    "DhcpKind",
    "DhcpMessage",
    "DnsLookup",
    "HttpExchange",
    "NfsMount",
    "NfsUse",
    "Outcome",
    "Prefix",
    "Refusal",
    "Repeat",
    "RouterAdvertisement",
    "TftpTransfer",
    "Wire",
    "WireEvent",
    "preload",
    "read_capture",
]


def preload() -> None:
    """Import scapy, which takes a while: in a thread of its own, while a guest boots.

    Without it the first capture that is read waits for it.
    """
    import_module("harness.witness.wire.pcap")


def read_capture(path: Path, *, frames: int | None = None) -> Wire:
    """Read a capture, or its first frames; give an empty wire when there is none yet."""
    from harness.witness.wire import pcap

    return pcap.read_capture(path, frames=frames)
