"""What a DHCPv6 client says of its lease, from the first message to the last (RFC 8415, 18.2)."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv6Address
from uuid import UUID

from harness.witness.wire import dhcp6_options as v6
from harness.witness.wire.configuration import DhcpKind
from harness.witness.wire.dhcp import DHCPV6_KINDS
from harness.witness.wire.question import long_options, to_dhcpv6_servers

_NUMBERS = {kind: number for number, kind in DHCPV6_KINDS.items()}
_ADDRESS, _WANTED, _ELAPSED = 5, 6, 8
_DNS_SERVERS, _BOOTFILE_URL = 23, 59


@dataclass(frozen=True, kw_only=True)
class LeaseMessage:
    """One message of a client that is a system, or plays one."""

    kind: DhcpKind
    mac: str
    uuid: UUID
    """Of its DUID (RFC 6355)."""
    xid: int
    server_id: str = ""
    """The DUID of the server that is meant, in hex; "": any."""
    address: str = ""
    """Of the lease; "": it has none."""

    def frame(self) -> bytes:
        """Give the frame that says it on an Ethernet."""
        head = bytes((_NUMBERS[self.kind],)) + struct.pack("!I", self.xid)[1:]
        return to_dhcpv6_servers(self.mac, head + b"".join(long_options(self._options())))

    def _options(self) -> Iterator[tuple[int, bytes]]:
        yield v6.CLIENT_ID, b"\0\x04" + self.uuid.bytes
        if self.server_id:
            yield v6.SERVER_ID, bytes.fromhex(self.server_id)
        if self.kind is not DhcpKind.INFORM6:
            yield v6.ASSOCIATION, self._association()
        yield _ELAPSED, bytes(2)
        yield _WANTED, struct.pack("!2H", _DNS_SERVERS, _BOOTFILE_URL)

    def _association(self) -> bytes:
        """Name the identity by the card, and the address where it has one; no times are wanted."""
        identity = bytes.fromhex(self.mac.replace(":", ""))[2:] + bytes(8)
        if not self.address:
            return identity
        lease = IPv6Address(self.address).packed + bytes(8)
        return identity + b"".join(long_options([(_ADDRESS, lease)]))
