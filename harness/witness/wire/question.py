"""Questions to DHCP servers, as firmware, iPXE and systems put them, and what answers them.

DHCPv4 by RFC 2131, 2132, 3004, 4578 and iPXE's option 175; DHCPv6 by RFC 8415 and 5970. Through
a relay: `giaddr` (RFC 1542) and RELAY-FORW (RFC 8415, 9).
"""

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from ipaddress import IPv6Address
from uuid import UUID

from harness.model import PROXY_DHCP_PORT, USER_CLASS_IPXE, VENDOR_CLASS_PXE, Family
from harness.witness.eui64 import link_local
from harness.witness.wire import dhcp4_options as v4
from harness.witness.wire import dhcp6_options as v6
from harness.witness.wire.configuration import DhcpMessage
from harness.witness.wire.dhcp import (
    DHCPV4_COOKIE,
    DHCPV4_PORTS,
    DHCPV6_PORTS,
    parse_dhcpv4,
    parse_dhcpv6,
)
from harness.witness.wire.event import EVERYBODY
from harness.witness.wire.frame import Frame, Transport, parse_frame
from harness.witness.wire.packet import dhcp, inet, inet6, l2

_ALL_SERVERS, _ALL_SERVERS_MAC = "ff02::1:2", "33:33:00:01:00:02"
_DISCOVER, _REQUEST, _SOLICIT = 1, 3, 1
_INTERFACE_ID = 18
_BROADCAST = 0x8000
_INTEL = 343
"""The enterprise number that firmware and iPXE give beside their vendor class."""
_FIRMWARE_UNDI, _IPXE_UNDI = bytes((1, 3, 0)), bytes((1, 3, 10))
"""Of the network interface (RFC 4578, 2.2): UNDI 3.0, UNDI 3.10."""
_IPXE_FEATURES = bytes.fromhex(
    "b105011af4100013010118010117010111010127010112010119010121010115010112"
)
"""Option 175 of iPXE's own: its bus, and what it knows."""
_WANTED = {
    "": bytes((1, 3, 6, 12, 15, 26, 28, 42)),
    VENDOR_CLASS_PXE: bytes(
        (
            *(*range(1, 7), 12, 13, 15, 17, 18, 22, 23, 28, *range(40, 44), 50, 51, 54, 58, 59, 60),
            *(66, 67, 97, *range(128, 136)),
        )
    ),
    USER_CLASS_IPXE: bytes(
        (1, 3, 6, 7, 12, 15, 17, 26, 42, 43, 60, 66, 67, 119, *range(128, 136), 175, 203)
    ),
}
"""The options that a system, firmware and iPXE want of DHCPv4."""
_WANTED_V6 = {
    "": (23, 24),
    "firmware": (59, 60, 23, 16),
    USER_CLASS_IPXE: (23, 24, 59, 60),
}


@dataclass(frozen=True, kw_only=True)
class Question:
    """One question of one client: DHCPv4's DISCOVER, DHCPv6's SOLICIT."""

    family: Family
    mac: str
    uuid: UUID
    xid: int
    client_arch: int | None = None
    """None: a system that has been booted asks."""
    vendor_class: str = ""
    """`PXEClient` or `HTTPClient`; what firmware says behind it is added."""
    user_class: str = ""
    relay: str = ""
    """The address of the relay that passes it on, in the client's network; "": there is none."""
    boot_server: str = ""
    """DHCPv4: whom a boot server's answer is asked of on port 4011 (PXE 2.1, 2.2.4)."""
    address: str = ""
    """The client's own, when it asks a boot server."""

    @property
    def whole_vendor_class(self) -> str:
        """The vendor class with architecture and interface (PXE 2.1, table 2-1)."""
        if self.client_arch is None or not self.vendor_class:
            return ""
        if self.is_ipxe and self.family is Family.IPV4:
            return self.vendor_class
        undi = "003010" if self.is_ipxe else "003000"
        return f"{self.vendor_class}:Arch:{self.client_arch:05}:UNDI:{undi}"

    @property
    def is_ipxe(self) -> bool:
        """Whether iPXE asks."""
        return self.user_class == USER_CLASS_IPXE

    @property
    def _undi(self) -> bytes:
        return _IPXE_UNDI if self.is_ipxe else _FIRMWARE_UNDI

    def of_boot_server(self, answer: DhcpMessage) -> "Question":
        """Give the question that firmware asks the boot server that an answer comes from."""
        return replace(self, boot_server=answer.server, xid=self.xid ^ 0x800000)

    def frame(self, *, server_mac: str, relay_mac: str) -> bytes:
        """Give the frame that asks it on an Ethernet."""
        if self.family is Family.IPV4:
            return self._frame4(server_mac, relay_mac)
        return self._frame6(server_mac, relay_mac)

    def _frame4(self, server_mac: str, relay_mac: str) -> bytes:
        source, source_mac = self.relay or self.address or "0.0.0.0", self.mac
        target, target_mac = "255.255.255.255", EVERYBODY
        source_port, target_port = 68, 67
        if self.boot_server:
            target, target_mac = self.boot_server, server_mac
            source_port = target_port = PROXY_DHCP_PORT
        elif self.relay:
            source_mac, source_port = relay_mac, 67
        message = dhcp.BOOTP(
            chaddr=bytes.fromhex(self.mac.replace(":", "")),
            xid=self.xid,
            flags=_BROADCAST if not self.address else 0,
            ciaddr=self.address or "0.0.0.0",
            giaddr=self.relay or "0.0.0.0",
            hops=1 if self.relay else 0,
            options=DHCPV4_COOKIE + b"".join(_short(self._options4())) + b"\xff",
        )
        head = l2.Ether(src=source_mac, dst=target_mac) / inet.IP(src=source, dst=target)
        return bytes(head / inet.UDP(sport=source_port, dport=target_port) / message)

    def _options4(self) -> Iterator[tuple[int, bytes]]:
        yield v4.MESSAGE_TYPE, bytes((_REQUEST if self.boot_server else _DISCOVER,))
        yield 57, struct.pack("!H", 1472)
        who = USER_CLASS_IPXE if self.is_ipxe else self.vendor_class and VENDOR_CLASS_PXE
        yield 55, _WANTED[who]
        if self.client_arch is not None:
            yield 97, b"\0" + self.uuid.bytes_le
            yield 94, self._undi
            yield v4.CLIENT_ARCH, struct.pack("!H", self.client_arch)
        if self.vendor_class:
            yield v4.VENDOR_CLASS, self.whole_vendor_class.encode()
        if self.user_class:
            # Its bare name, as iPXE sends it, without RFC 3004's length.
            yield v4.USER_CLASS, self.user_class.encode()
        if self.is_ipxe:
            yield 61, b"\1" + bytes.fromhex(self.mac.replace(":", ""))
            yield 175, _IPXE_FEATURES

    def _frame6(self, server_mac: str, relay_mac: str) -> bytes:
        head = bytes((_SOLICIT,)) + struct.pack("!I", self.xid)[1:]
        message = head + b"".join(long_options(self._options6()))
        if not self.relay:
            return to_dhcpv6_servers(self.mac, message)
        # To the relay its client is whoever asked: a link-local address.
        head = struct.pack("!BB", v6.RELAY_FORW, 0) + IPv6Address(self.relay).packed
        told = ((v6.RELAY_MESSAGE, message), (_INTERFACE_ID, b"relay"))
        passed_on = head + IPv6Address(link_local(self.mac)).packed + b"".join(long_options(told))
        return to_dhcpv6_servers(relay_mac, passed_on, port=547, hops=32)

    def _options6(self) -> Iterator[tuple[int, bytes]]:
        # A DUID of the machine's UUID (RFC 6355): EDK II writes it as SMBIOS does.
        is_firmware = self.client_arch is not None and not self.is_ipxe
        uuid = self.uuid.bytes_le if is_firmware else self.uuid.bytes
        yield v6.CLIENT_ID, b"\0\x04" + uuid
        yield v6.ASSOCIATION, bytes.fromhex(self.mac.replace(":", ""))[2:] + bytes(8)
        yield 8, b"\0\0"
        wanted = _WANTED_V6["firmware" if is_firmware else self.user_class]
        yield 6, struct.pack(f"!{len(wanted)}H", *wanted)
        if self.user_class:
            yield v6.USER_CLASS, _counted(self.user_class)
        if self.vendor_class:
            said = _counted(self.whole_vendor_class)
            yield v6.VENDOR_CLASS, struct.pack("!I", _INTEL) + said
        if self.client_arch is not None:
            yield v6.CLIENT_ARCH, struct.pack("!H", self.client_arch)
            yield 62, self._undi


def to_dhcpv6_servers(mac: str, message: bytes, *, port: int = 546, hops: int = 1) -> bytes:
    """Give the frame by which whoever has this MAC address tells all DHCPv6 servers something."""
    ether = l2.Ether(src=mac, dst=_ALL_SERVERS_MAC)
    network = inet6.IPv6(src=link_local(mac), dst=_ALL_SERVERS, hlim=hops)
    return bytes(ether / network / inet.UDP(sport=port, dport=547) / message)


def answer_in(data: bytes) -> DhcpMessage | None:
    """Read a DHCP server's answer out of a frame, one to a relay too; None when it is no answer."""
    try:
        frame = parse_frame(0, 0.0, data)
        message = None if frame is None else _message(frame)
    except (struct.error, IndexError, ValueError):
        return None
    return message if message is not None and message.kind.from_server else None


def _message(frame: Frame) -> DhcpMessage | None:
    ports = {frame.source_port, frame.target_port}
    if frame.transport != Transport.UDP or not frame.payload:
        return None
    if ports & DHCPV4_PORTS:
        return parse_dhcpv4(frame)
    return parse_dhcpv6(frame) if ports & DHCPV6_PORTS else None


def _short(options: Iterable[tuple[int, bytes]]) -> Iterator[bytes]:
    return (bytes((code, len(value))) + value for code, value in options)


def long_options(options: Iterable[tuple[int, bytes]]) -> Iterator[bytes]:
    """Write options of DHCPv6, each with its length in two bytes (RFC 8415, 21.1)."""
    return (struct.pack("!HH", code, len(value)) + value for code, value in options)


def _counted(text: str) -> bytes:
    return struct.pack("!H", len(text)) + text.encode()
