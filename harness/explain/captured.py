"""Which machines of a capture boot, and all that it tells of these, however large it is.

A capture is read twice: once for whoever asks DHCP or TFTP, once for these machines' own frames.
So what is held is what they did, not what else the network carried.
"""

import re
import socket
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from harness.model import Family
from harness.witness.taken_path import BOOT_AGENTS
from harness.witness.wire import DhcpMessage, Wire, WireEvent
from harness.witness.wire.capture_file import CaptureFile
from harness.witness.wire.dhcp import DHCPV4_PORTS, DHCPV6_PORTS, parse_dhcpv4, parse_dhcpv6
from harness.witness.wire.frame import Transport, parse_frame
from harness.witness.wire.link_layer import COOKED_LINKS, NOBODY
from harness.witness.wire.pcap import BROKEN, WireReader
from harness.witness.wire.tftp import TFTP_PORT

_IPV4, _IPV6 = b"\x08\x00", b"\x86\xdd"
_UDP, _ICMPV6, _ADVERTISEMENT = 17, 58, 134
_READ = b"\0\1"
"""How TFTP asks for a file (RFC 1350)."""
_METHODS = (b"GET ", b"HEAD ")
_BY_BOOT_AGENT = re.compile(
    rb"\r\nUser-Agent: (?:%s)" % b"|".join(re.escape(each.encode()) for each in BOOT_AGENTS),
    re.IGNORECASE,
)
"""Of an HTTP request by firmware or a loader."""
_ETHERNET_HEAD, _IPV6_HEAD = 14, 40
_SAME, _SAME_S = 16, 0.002
"""A cooked capture has a frame once for each interface that it passes: so near each other."""
_MIRRORED = 0.2
"""Of a mirror of several ports, or of both directions, half of the frames are there before."""
Told = Callable[[int, int, int], None]
"""Is told, now and then, which reading this is, how many bytes are read, and how many frames."""


@dataclass(frozen=True, kw_only=True)
class Captured:
    """What a capture tells of the machines in it that boot."""

    wire: Wire
    machines: tuple[str, ...]
    """The MAC addresses of those that ask for what to boot, or fetch as such do, as they come."""
    others: int
    """How many more clients ask DHCP, and not for what to boot."""
    file: CaptureFile
    doubles: int = 0
    """Frames that are there a second time, and were passed over."""


@dataclass
class _Found:
    """Whom the first reading has found."""

    booting: dict[str, None] = field(default_factory=dict)
    asking: set[str] = field(default_factory=set)
    leases: dict[str, dict[int, str]] = field(default_factory=dict)
    """Address → who was given it, of whomever, and from which frame on."""
    fetching: dict[str, str] = field(default_factory=dict)
    """The same of who asks for a file by TFTP, or by HTTP as firmware and loaders do."""
    by_xid: dict[tuple[Family, int], str] = field(default_factory=dict)
    doubles: int = 0
    """Frames that had been there just before."""

    @property
    def machines(self) -> tuple[str, ...]:
        """Who boots; a router that hands on what others ask for is none."""
        known = {mac for address, mac in self.fetching.items() if address not in self.leases}
        return tuple(dict.fromkeys((*self.booting, *sorted(known - {NOBODY.hex(":")}))))

    def owner(self, event: WireEvent) -> str:
        """Give whose event it is: who has the address, or began the exchange."""
        if isinstance(event, DhcpMessage):
            own = self.by_xid.get(event.transaction, event.client_mac)
            return own if event.client_mac == NOBODY.hex(":") else event.client_mac
        owners = self.leases.get(event.client, {})
        before = [mac for frame, mac in owners.items() if frame <= event.frame]
        return next(iter(before[-1:] or owners.values()), event.client_mac)


def read_captured(path: Path, told: Told = lambda *_: None) -> Captured:
    """Read a capture.

    Raises:
        UsageError: it is no capture, or of a link that is not understood.
    """
    file = CaptureFile(path)
    found = _find(file, lambda *done: told(1, *done))
    machines = found.machines
    wire = Wire()
    if machines:
        wire = _wire(file, found, lambda *done: told(2, *done))
    others = len(found.asking - set(machines) - {NOBODY.hex(":")})
    doubles = found.doubles if _has_doubles(file, found) else 0
    return Captured(wire=wire, machines=machines, others=others, file=file, doubles=doubles)


def _find(file: CaptureFile, told: Callable[[int, int], None]) -> _Found:
    found, seen = _Found(), _Doubles()
    for number, time_s, data in file.read(told):
        found.doubles += seen.has(time_s, data)
        ports = _udp_ports(data)
        if ports is None:
            if _BY_BOOT_AGENT.search(data):
                _note_fetch(found, number, time_s, data)
            continue
        try:
            if ports & DHCPV4_PORTS or ports & DHCPV6_PORTS:
                _note_dhcp(found, number, time_s, data)
            elif TFTP_PORT in ports:
                _note_fetch(found, number, time_s, data)
        except BROKEN:
            continue
    return found


def _note_fetch(found: _Found, number: int, time_s: float, data: bytes) -> None:
    """Note who asks for a file; switches write their settings by TFTP, who boots reads."""
    frame = parse_frame(number, time_s, data)
    if frame is None:
        return
    is_read = frame.target_port == TFTP_PORT and frame.payload.startswith(_READ)
    is_http = frame.transport is Transport.TCP and frame.payload.startswith(_METHODS)
    if is_read or is_http:
        found.fetching.setdefault(frame.source, frame.source_mac)


def _udp_ports(data: bytes) -> set[int] | None:
    """Give the ports of a UDP datagram; None of other frames."""
    kind = data[12:_ETHERNET_HEAD]
    if kind == _IPV4 and len(data) > 34 and data[23] == _UDP:
        start = _ETHERNET_HEAD + (data[_ETHERNET_HEAD] & 0x0F) * 4
    elif kind == _IPV6 and len(data) > 54 and data[20] == _UDP:
        start = _ETHERNET_HEAD + _IPV6_HEAD
    else:
        return None
    ports = data[start : start + 4]
    return {int.from_bytes(ports[:2], "big"), int.from_bytes(ports[2:], "big")}


def _dhcp(number: int, time_s: float, data: bytes) -> DhcpMessage | None:
    frame = parse_frame(number, time_s, data)
    if frame is None:
        return None
    is_four = frame.family is Family.IPV4
    return parse_dhcpv4(frame) if is_four else parse_dhcpv6(frame)


def _note_dhcp(found: _Found, number: int, time_s: float, data: bytes) -> None:
    message = _dhcp(number, time_s, data)
    if message is None:
        return
    if not message.kind.from_server:
        found.by_xid.setdefault(message.transaction, message.client_mac)
        found.asking.add(message.client_mac)
        if message.is_boot_request or message.is_ipxe:
            found.booting.setdefault(message.client_mac)
    elif message.address:
        owners, owner = found.leases.setdefault(message.address, {}), found.owner(message)
        if owner not in [*owners.values()][-1:]:
            owners[number] = owner


def _wire(file: CaptureFile, found: _Found, told: Callable[[int, int], None]) -> Wire:
    """Read what these machines did, and what routers told everybody."""
    reader = WireReader()
    macs = {bytes.fromhex(mac.replace(":", "")) for mac in found.machines}
    leased = {
        _packed(a) for a, macs in found.leases.items() if set(macs.values()) & set(found.machines)
    }
    seen = _Doubles() if _has_doubles(file, found) else None
    for number, time_s, data in file.read(told):
        if _concerns(data, macs, leased) and not (seen and seen.has(time_s, data)):
            reader.add(number, time_s, data)
    wire = reader.wire()
    events = (replace(each, client_mac=found.owner(each)) for each in _once(wire.events))
    return replace(wire, events=tuple(events))


def _has_doubles(file: CaptureFile, found: _Found) -> bool:
    """Whether it has frames again and again for the way in which it was made.

    Else one that comes again has been sent again.
    """
    return bool(COOKED_LINKS & set(file.links)) or found.doubles > _MIRRORED * file.frames


def _once(events: Iterable[WireEvent]) -> Iterator[WireEvent]:
    """Leave out what is seen on both sides of a relay once more.

    The machine's own question counts, and the server's own answer.
    """
    events = tuple(events)
    sides: dict[tuple[object, ...], set[bool]] = {}
    for each in events:
        if isinstance(each, DhcpMessage):
            sides.setdefault((each.transaction, each.kind), set()).add(bool(each.relay))
    for each in events:
        both = isinstance(each, DhcpMessage) and len(sides[each.transaction, each.kind]) > 1
        if not (both and _is_other_side(each)):
            yield each


def _is_other_side(message: WireEvent) -> bool:
    """Whether a machine's question is on the server's side of a relay, or an answer on its own."""
    if not isinstance(message, DhcpMessage):
        return False
    return bool(message.relay) is not message.kind.from_server


def _packed(address: str) -> bytes:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    return socket.inet_pton(family, address)


def _concerns(data: bytes, macs: set[bytes], leased: set[bytes]) -> bool:
    if data[:6] in macs or data[6:12] in macs:
        return True
    kind = data[12:_ETHERNET_HEAD]
    if kind == _IPV4 and (data[26:30] in leased or data[30:34] in leased):
        return True
    if kind == _IPV6:
        is_router = data[20] == _ICMPV6 and data[54:55] == bytes([_ADVERTISEMENT])
        if is_router or data[22:38] in leased or data[38:54] in leased:
            return True
    ports = _udp_ports(data)
    return ports is not None and bool(ports & (DHCPV4_PORTS | DHCPV6_PORTS))


class _Doubles:
    """Knows the frames that were there just before, on another interface or by another port."""

    def __init__(self) -> None:
        """Begin with none."""
        self._before: deque[tuple[float, bytes]] = deque(maxlen=_SAME)

    def has(self, time_s: float, data: bytes) -> bool:
        """Say whether a frame was there before, and remember it."""
        content = _unrouted(data)
        before = self._before
        found = any(time_s - at_s < _SAME_S and content == same for at_s, same in before)
        before.append((time_s, content))
        return found


def _unrouted(data: bytes) -> bytes:
    """Give of a frame what no router changes: no MAC addresses, no hops, no checksum of these."""
    kind = data[12:_ETHERNET_HEAD]
    if kind == _IPV4:
        return data[14:22] + data[23:24] + data[26:]
    return data[14:21] + data[22:] if kind == _IPV6 else data[12:]
