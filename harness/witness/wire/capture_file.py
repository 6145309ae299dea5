"""A capture that somebody else has made: pcap or pcapng, packed by gzip or not, of any size.

Owns the two formats, frame by frame as the file is read: what is given out is Ethernet, whatever
link it was captured on. (libpcap's pcap-savefile(5); draft-ietf-opsawg-pcapng.)
"""

import gzip
import struct
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, cast

from harness.errors import UsageError
from harness.witness.wire.link_layer import KNOWN_LINKS, as_ethernet, link_name

_GZIP = b"\x1f\x8b"
_PCAP = {
    b"\xd4\xc3\xb2\xa1": ("<", 1e-6),
    b"\xa1\xb2\xc3\xd4": (">", 1e-6),
    b"\x4d\x3c\xb2\xa1": ("<", 1e-9),
    b"\xa1\xb2\x3c\x4d": (">", 1e-9),
}
"""How a pcap begins → its order of bytes, and the unit of its times in seconds."""
_PCAPNG = b"\x0a\x0d\x0d\x0a"
_ORDERS = {b"\x4d\x3c\x2b\x1a": "<", b"\x1a\x2b\x3c\x4d": ">"}
_INTERFACE, _OLD_PACKET, _SIMPLE, _PACKET = 1, 2, 3, 6
_RESOLUTION, _OFFSET, _END = 9, 14, 0
_LONGEST_RECORD = 1 << 20
"""Bytes: no link has such frames, so what is longer is no record."""
_LONGEST_BLOCK = 1 << 24
_LINK_MASK = 0x0FFFFFFF
"""The upper bits of a pcap's link type tell of checksums."""
_CURE = "give a capture by tcpdump -w, dumpcap or Wireshark; pcap and pcapng are read, .gz as well"
Told = Callable[[int, int], None]
"""Is told, now and then, how many bytes of the file are read, and how many frames that were."""
_TELL_EVERY = 1 << 14
_OUT_OF_ORDER_S = 1.0
"""Several queues or interfaces are not in step by less."""


@dataclass
class CaptureFile:
    """One file, to be read as often as is wanted; what was found out about it stands in it then."""

    path: Path
    frames: int = 0
    cut: str = ""
    """Why it ends before its end; "" where it does not."""
    shortened: int = 0
    """Frames of which the capture holds a part only (a snap length)."""
    disordered: int = 0
    """Frames that come more than a second of their time behind a later one."""
    ends_s: float = 0.0
    """The time of its latest frame."""
    links: Counter[int] = field(default_factory=Counter)
    """Link type → frames of it."""

    def read(self, told: Told = lambda _bytes, _frames: None) -> Iterator[tuple[int, float, bytes]]:
        """Go through number, time and Ethernet frame of each record, in the file's order.

        A frame of a link that is not understood counts, and is not given.

        Raises:
            UsageError: this is no capture, is broken from its beginning on, or cannot be read.
        """
        self.frames, self.cut, self.shortened, self.links = 0, "", 0, Counter()
        self.disordered, self.ends_s = 0, 0.0
        with _opened(self.path) as (raw, stream):
            try:
                for link, time_s, content, length in _records(stream, self.path):
                    self.frames += 1
                    self.links[link] += 1
                    self.shortened += len(content) < length
                    self.disordered += 0 < time_s < self.ends_s - _OUT_OF_ORDER_S
                    self.ends_s = max(self.ends_s, time_s)
                    if self.frames % _TELL_EVERY == 0:
                        told(raw.tell(), self.frames)
                    if (frame := as_ethernet(link, content)) is not None:
                        yield self.frames, time_s, frame
            except _CutError as error:
                self.cut = f"{error} after frame {self.frames}"
            except (EOFError, zlib.error, gzip.BadGzipFile) as error:
                self.cut = f"its packing breaks off after frame {self.frames} ({error})"
        self._understood()

    def _understood(self) -> None:
        """Raise a UsageError where none of its links is one that is understood."""
        if self.links and not KNOWN_LINKS & set(self.links):
            names = ", ".join(map(link_name, self.links))
            raise UsageError(
                f"{self.path} was captured on a link that is not understood: {names}",
                cure="capture on the server's, or the switch's, Ethernet: tcpdump -i eth0 -w FILE",
            )


class _CutError(Exception):
    """A record is not whole, or none at all."""


@contextmanager
def _opened(path: Path) -> Iterator[tuple[IO[bytes], IO[bytes]]]:
    """Open a file, and what unpacks it."""
    if path.exists() and not path.is_file():
        raise UsageError(f"{path} is not a file, which can be read again and again", cure=_CURE)
    try:
        with path.open("rb") as raw:
            is_packed = raw.read(2) == _GZIP
            raw.seek(0)
            if not is_packed:
                yield raw, raw
                return
            with gzip.open(raw, "rb") as plain:
                yield raw, cast("IO[bytes]", plain)
    except OSError as error:
        if isinstance(error, gzip.BadGzipFile):
            raise
        why = error.strerror or str(error)
        raise UsageError(f"{path} cannot be read: {why}", cure=_CURE) from error


def _records(stream: IO[bytes], path: Path) -> Iterator[tuple[int, float, bytes, int]]:
    """Give link type, time, content, and length on the wire of each record."""
    try:
        magic = stream.read(4)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise UsageError(
            f"{path} is packed, and broken from its beginning on", cure=_CURE
        ) from error
    if magic in _PCAP:
        yield from _pcap(stream, *_PCAP[magic], path)
    elif magic == _PCAPNG:
        yield from _pcapng(stream, path)
    else:
        what = "is empty" if not magic else f"begins with {magic.hex(' ')}, as no capture does"
        raise UsageError(f"{path} is not a capture: it {what}", cure=_CURE)


def _whole(stream: IO[bytes], size: int, what: str) -> bytes:
    content = stream.read(size)
    if len(content) < size:
        raise _CutError(f"it is cut off in {what}")
    return content


def _pcap(
    stream: IO[bytes], order: str, unit_s: float, path: Path
) -> Iterator[tuple[int, float, bytes, int]]:
    head = stream.read(20)
    if len(head) < 20:
        raise UsageError(f"{path} is not a capture: it ends in its head", cure=_CURE)
    (link,) = struct.unpack(f"{order}16xI", head)
    record = struct.Struct(f"{order}IIII")
    while begun := stream.read(record.size):
        if len(begun) < record.size:
            raise _CutError("it is cut off in a record's head")
        seconds, fraction, held, length = record.unpack(begun)
        if held > _LONGEST_RECORD:
            raise _CutError(f"it is broken: a record of {held} bytes begins")
        content = _whole(stream, held, "a frame")
        yield link & _LINK_MASK, seconds + fraction * unit_s, content, length


@dataclass(frozen=True)
class _Interface:
    link: int
    unit_s: float = 1e-6
    offset_s: int = 0


def _pcapng(stream: IO[bytes], path: Path) -> Iterator[tuple[int, float, bytes, int]]:
    order, kind = "", _PCAPNG
    interfaces: list[_Interface] = []
    while True:
        if kind == _PCAPNG:
            order, body = _section(stream, path)
            interfaces = []
        else:
            number, size = struct.unpack(f"{order}II", kind + _whole(stream, 4, "a block's head"))
            body = _body(stream, size)
            if number == _INTERFACE:
                interfaces.append(_interface(body, order))
            elif number in (_PACKET, _OLD_PACKET, _SIMPLE):
                yield _packet(number, body, order, interfaces)
        kind = stream.read(4)
        if not kind:
            return
        if len(kind) < 4:
            raise _CutError("it is cut off in a block's head")


def _section(stream: IO[bytes], path: Path) -> tuple[str, bytes]:
    head = stream.read(8)
    if len(head) < 8 or head[4:] not in _ORDERS:
        raise UsageError(f"{path} is not a capture: its first block is broken", cure=_CURE)
    order = _ORDERS[head[4:]]
    (size,) = struct.unpack(f"{order}I", head[:4])
    return order, _body(stream, size - 4)


def _body(stream: IO[bytes], size: int) -> bytes:
    """Read what a block has between its two lengths, and the second of these."""
    if not 12 <= size <= _LONGEST_BLOCK:
        raise _CutError(f"it is broken: a block of {size} bytes begins")
    return _whole(stream, size - 8, "a block")[:-4]


def _interface(body: bytes, order: str) -> _Interface:
    if len(body) < 8:
        raise _CutError("it is broken: a description of an interface without one")
    (link,) = struct.unpack_from(f"{order}H", body)
    unit_s, offset_s, at = 1e-6, 0, 8
    while at + 4 <= len(body):
        code, size = struct.unpack_from(f"{order}HH", body, at)
        value = body[at + 4 : at + 4 + size]
        if code == _END:
            break
        if code == _RESOLUTION and value:
            power = value[0] & 0x7F
            unit_s = 2.0**-power if value[0] & 0x80 else 10.0**-power
        if code == _OFFSET and len(value) == 8:
            (offset_s,) = struct.unpack(f"{order}q", value)
        at += 4 + (size + 3) // 4 * 4
    return _Interface(link, unit_s, offset_s)


def _packet(
    number: int, body: bytes, order: str, interfaces: list[_Interface]
) -> tuple[int, float, bytes, int]:
    """Read one of the three blocks that hold a packet; a simple one has no time."""
    try:
        if number == _SIMPLE:
            (length,) = struct.unpack_from(f"{order}I", body)
            return interfaces[0].link, 0.0, body[4 : 4 + length], length
        form = f"{order}HxxIIII" if number == _OLD_PACKET else f"{order}IIIII"
        which, high, low, held, length = struct.unpack_from(form, body)
        interface = interfaces[which]
    except (struct.error, IndexError) as error:
        raise _CutError("it is broken: a packet of an interface that it does not have") from error
    time_s = interface.offset_s + ((high << 32) + low) * interface.unit_s
    content = body[20 : 20 + held]
    if len(content) < held:
        raise _CutError("it is broken: a packet that is longer than its block")
    return interface.link, time_s, content, length
