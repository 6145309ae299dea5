"""Read a capture file (pcap) into the events of a boot.

The file may still be written to: a cut last record is what comes next, not an error.
"""

import struct
from itertools import islice
from pathlib import Path

from harness.witness.wire.dhcp import DHCPV4_PORTS, DHCPV6_PORTS, parse_dhcpv4, parse_dhcpv6
from harness.witness.wire.dns import DNS_PORT, DnsTable
from harness.witness.wire.event import Wire, WireEvent
from harness.witness.wire.frame import Frame, Transport, parse_frame
from harness.witness.wire.http import HttpTable
from harness.witness.wire.icmp import parse_advertisement, parse_unreachable
from harness.witness.wire.iscsi import IscsiTable
from harness.witness.wire.nfs import NfsTable
from harness.witness.wire.packet import FILE_HEAD_SIZE, RECORD_HEAD_SIZE, records
from harness.witness.wire.repeat import RepeatTable
from harness.witness.wire.sender import SenderTable
from harness.witness.wire.tftp import TftpTable
from harness.witness.wire.tls import TlsTable
from harness.witness.wire.unheard import ConnectionTable, NeighbourTable

BROKEN = (struct.error, IndexError, ValueError)
"""What reading a broken frame raises; such a frame is passed over."""


def read_capture(path: Path, *, frames: int | None = None) -> Wire:
    """Read a capture, or its first frames; give an empty wire when there is none yet."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return Wire()
    return parse_capture(data, frames=frames)


def parse_capture(data: bytes, *, frames: int | None = None) -> Wire:
    """Read the bytes of a capture, or its first frames: nothing is raised, whatever they are."""
    reader = WireReader()
    for number, (time_s, content) in enumerate(islice(records(data), frames), start=1):
        reader.add(number, time_s, content)
    return reader.wire()


class WireReader:
    """Takes in frames one by one, and gives what they tell."""

    def __init__(self) -> None:
        """Begin with no frame."""
        self._reader, self._senders = _Reader(), SenderTable()
        self._sources: set[str] = set()
        self._targets: set[str] = set()
        self._frames = 0

    def add(self, number: int, time_s: float, content: bytes) -> None:
        """Take in an Ethernet frame; a broken one counts, and tells nothing."""
        self._frames = number
        try:
            self._senders.add(number, content)
            self._reader.neighbours.add(number, time_s, content)
            frame = parse_frame(number, time_s, content)
            if frame is not None:
                self._sources.add(frame.source)
                self._targets.add(frame.target)
                self._reader.add(frame)
        except BROKEN:
            return

    def wire(self) -> Wire:
        """Give all that the frames tell so far."""
        return Wire(
            events=self._reader.events(),
            frames=self._frames,
            sources=frozenset(self._sources),
            targets=frozenset(self._targets),
            senders=self._senders.senders(),
        )


class GrowingCapture:
    """A capture that is read while it is written: each frame once."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._reader = WireReader()
        self._frames = 0
        self._head = self._rest = b""

    def take(self, data: bytes) -> None:
        """Read on, from where it ended the last time; a cut last record waits for its rest."""
        data = self._rest + data
        if not self._head:
            if len(data) < FILE_HEAD_SIZE:
                self._rest = data
                return
            self._head, data = data[:FILE_HEAD_SIZE], data[FILE_HEAD_SIZE:]
        taken = 0
        for time_s, content in records(self._head + data):
            taken += RECORD_HEAD_SIZE + len(content)
            self._frames += 1
            self._reader.add(self._frames, time_s, content)
        self._rest = data[taken:]

    @property
    def wire(self) -> Wire:
        """What it tells so far."""
        return self._reader.wire()


class _Reader:
    """Hands each frame to whoever follows its protocol."""

    def __init__(self) -> None:
        self._events: list[WireEvent] = []
        self._tftp, self._http, self._dns = TftpTable(), HttpTable(), DnsTable()
        self._tls = TlsTable()
        self._nfs, self._iscsi, self._repeats = NfsTable(), IscsiTable(), RepeatTable()
        self._connections, self.neighbours = ConnectionTable(), NeighbourTable()

    def add(self, frame: Frame) -> None:
        """Take in one frame."""
        if frame.transport == Transport.TCP:
            self._nfs.add(frame)
            self._iscsi.add(frame)
            self._http.add(frame)
            self._tls.add(frame)
            self._repeats.add(frame)
            self._connections.add(frame)
        elif frame.transport == Transport.UDP:
            self._datagram(frame)
        else:
            self._note(parse_advertisement(frame) or parse_unreachable(frame))

    def _datagram(self, frame: Frame) -> None:
        ports = {frame.source_port, frame.target_port}
        if ports & DHCPV4_PORTS:
            self._note(parse_dhcpv4(frame))
        elif ports & DHCPV6_PORTS:
            self._note(parse_dhcpv6(frame))
        elif DNS_PORT in ports:
            self._dns.add(frame)
        elif not self._nfs.add(frame):
            self._tftp.add(frame)

    def _note(self, event: WireEvent | None) -> None:
        if event is not None:
            self._events.append(event)

    def events(self) -> tuple[WireEvent, ...]:
        """Give all events in the order in which they began."""
        tables = (
            *(self._tftp, self._http, self._tls, self._dns, self._nfs, self._iscsi),
            self._repeats,
        )
        unheard = (*self._connections.events(), *self.neighbours.events())
        found = [*self._events, *unheard, *(event for table in tables for event in table.events())]
        return tuple(sorted(found, key=lambda event: event.frame))
