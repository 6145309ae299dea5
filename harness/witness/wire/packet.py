"""Packets, taken apart by scapy: the one module that imports it.

Scapy is made for a shell: at its import it looks at this machine's interfaces and
routes, reads the list of all makers of cards (two thirds of what its import takes), keeps a
cache below the home, and tells warnings to stderr. A witness of somebody else's network needs
none of that, so it is switched off beforehand.
"""
# ruff: noqa: E402 - what scapy does at import is told to it before

import logging
import sys
from collections.abc import Iterator
from io import BytesIO
from types import ModuleType
from typing import TypeVar

logging.getLogger("scapy").setLevel(logging.CRITICAL)

import scapy.main

scapy.main.SCAPY_CACHE_FOLDER = None
_no_makers = sys.modules["scapy.libs.manuf"] = ModuleType("scapy.libs.manuf")
vars(_no_makers)["DATA"] = ""

from scapy.config import conf
from scapy.interfaces import NetworkInterfaceDict


class _NoInterfaces(NetworkInterfaceDict):
    """The interfaces of a machine that nobody asks for any."""

    def reload(self) -> None:
        """Leave them alone."""


conf.ifaces = _NoInterfaces()
conf.route_autoload = conf.route6_autoload = False

from scapy.data import DLT_EN10MB, MTU
from scapy.error import Scapy_Exception
from scapy.layers import dhcp, dhcp6, dns, inet, inet6, l2, tftp
from scapy.packet import Packet
from scapy.utils import RawPcapReader

__all__ = [
    "FILE_HEAD_SIZE",
    "RECORD_HEAD_SIZE",
    "Packet",
    "dhcp",
    "dhcp6",
    "dissect",
    "dns",
    "inet",
    "inet6",
    "l2",
    "records",
    "tftp",
]

FILE_HEAD_SIZE, RECORD_HEAD_SIZE = 24, 16
"""Bytes of the head of a capture file, and of each of its records (pcap)."""
_Layer = TypeVar("_Layer", bound=Packet)


def dissect(layer: type[_Layer], data: bytes) -> _Layer:
    """Take bytes apart; a ValueError when they are no such message."""
    try:
        return layer(data)
    except Exception as error:  # scapy's dissectors raise whatever their code happens to
        raise ValueError(f"no {layer.__name__} message") from error


def records(data: bytes) -> Iterator[tuple[float, bytes]]:
    """Go through time and content of each whole record; none in another kind of file."""
    try:
        # Scapy's hints know names of files only.
        reader = RawPcapReader(BytesIO(data))  # type: ignore[arg-type]
    except Scapy_Exception:
        return
    if type(reader) is not RawPcapReader or reader.linktype != DLT_EN10MB:
        return
    unit_s = 1e-9 if reader.nano else 1e-6
    for content, head in reader:
        if len(content) < min(head.caplen, MTU):
            return
        yield head.sec + head.usec * unit_s, content
