"""Which machines of a capture boot, and all that it tells of these, however large it is.

A capture is read twice: once for whoever asks DHCP or TFTP, once for these machines' own frames.
So what is held is what they did, not what else the network carried.
"""

import socket
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from harness.model import Family
from harness.witness.wire import DhcpMessage, Wire, WireEvent
from harness.witness.wire.capture_file import CaptureFile
from harness.witness.wire.dhcp import DHCPV4_PORTS, DHCPV6_PORTS, parse_dhcpv4, parse_dhcpv6
from harness.witness.wire.frame import parse_frame
from harness.witness.wire.link_layer import COOKED_LINKS, NOBODY
from harness.witness.wire.pcap import BROKEN, WireReader
from harness.witness.wire.tftp import TFTP_PORT

_IPV4, _IPV6 = b"\x08\x00", b"\x86\xdd"
_UDP, _ICMPV6, _ADVERTISEMENT = 17, 58, 134
_READ = b"\0\1"
"""How TFTP asks for a file (RFC 1350)."""
_ETHERNET_HEAD, _IPV6_HEAD = 14, 40
_SAME, _SAME_S = 16, 0.002
"""A cooked capture has a frame once for each interface that it passes: so near each other."""
Told = Callable[[int, int, int], None]
"""Is told, now and then, which reading this is, how many bytes are read, and how many frames."""


@dataclass(frozen=True, kw_only=True)
class Captured:
    """What a capture tells of the machines in it that boot."""

    wire: Wire
    machines: tuple[str, ...]
    """The MAC addresses of those that ask for what to boot, or fetch by TFTP, as they come."""
    others: int
    """How many more clients ask DHCP, and not for what to boot."""
    file: CaptureFile


@dataclass
class _Found:
    """Whom the first reading has found."""

    booting: dict[str, None] = field(default_factory=dict)
    asking: set[str] = field(default_factory=set)
    leases: dict[str, dict[int, str]] = field(default_factory=dict)
    """Address → who was given it, of whomever, and from which frame on."""
    fetching: dict[str, str] = field(default_factory=dict)
    """The same of who asks for a file by TFTP."""
    by_xid: dict[tuple[Family, int], str] = field(default_factory=dict)

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
    return Captured(wire=wire, machines=machines, others=others, file=file)


def _find(file: CaptureFile, told: Callable[[int, int], None]) -> _Found:
    found = _Found()
    for number, time_s, data in file.read(told):
        ports = _udp_ports(data)
        if ports is None:
            continue
        try:
            if ports & DHCPV4_PORTS or ports & DHCPV6_PORTS:
                _note_dhcp(found, number, time_s, data)
            elif TFTP_PORT in ports:
                frame = parse_frame(number, time_s, data)
                # Switches write their settings by TFTP; who boots reads.
                is_read = frame is not None and frame.payload.startswith(_READ)
                if frame is not None and is_read and frame.target_port == TFTP_PORT:
                    found.fetching.setdefault(frame.source, frame.source_mac)
        except BROKEN:
            continue
    return found


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
    frames = file.read(told)
    for number, time_s, data in _without_doubles(frames) if _is_cooked(file) else frames:
        if _concerns(data, macs, leased):
            reader.add(number, time_s, data)
    wire = reader.wire()
    events = (replace(each, client_mac=found.owner(each)) for each in wire.events)
    return replace(wire, events=tuple(events))


def _is_cooked(file: CaptureFile) -> bool:
    return bool(COOKED_LINKS & set(file.links))


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


def _without_doubles(
    frames: Iterator[tuple[int, float, bytes]],
) -> Iterator[tuple[int, float, bytes]]:
    before: deque[tuple[float, bytes]] = deque(maxlen=_SAME)
    for number, time_s, data in frames:
        content = data[12:]
        if not any(time_s - at_s < _SAME_S and content == same for at_s, same in before):
            yield number, time_s, data
        before.append((time_s, content))
