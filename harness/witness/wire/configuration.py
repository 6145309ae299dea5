"""How machines are configured: what they ask DHCP, and what servers and routers tell them."""

from dataclasses import dataclass
from enum import Enum

from harness.model import (
    PROXY_DHCP_PORT,
    USER_CLASS_IPXE,
    VENDOR_CLASS_HTTP,
    VENDOR_CLASS_PXE,
    Family,
    Role,
)
from harness.step import DHCP_NAME, Ask
from harness.witness.wire.event import WireEvent


class DhcpKind(Enum):
    """What a DHCP message is: DHCPv4's option 53, DHCPv6's message type."""

    DISCOVER = "discover"
    OFFER = "offer"
    REQUEST = "request"
    DECLINE = "decline"
    ACK = "ack"
    NAK = "nak"
    RELEASE = "release"
    INFORM = "inform"
    SOLICIT = "solicit"
    ADVERTISE = "advertise"
    REQUEST6 = "request6"
    CONFIRM6 = "confirm6"
    RENEW6 = "renew6"
    REBIND6 = "rebind6"
    REPLY = "reply"
    RELEASE6 = "release6"
    DECLINE6 = "decline6"
    INFORM6 = "information-request"

    @property
    def from_server(self) -> bool:
        """Whether servers send it."""
        return self in _FROM_SERVER

    @property
    def proposes(self) -> bool:
        """Whether a server proposes a lease by it."""
        return self in (DhcpKind.OFFER, DhcpKind.ADVERTISE)

    @property
    def grants(self) -> bool:
        """Whether a server grants a lease by it."""
        return self in (DhcpKind.ACK, DhcpKind.REPLY)

    @property
    def seeks(self) -> bool:
        """Whether a client begins by it."""
        return self in (DhcpKind.DISCOVER, DhcpKind.SOLICIT)


_FROM_SERVER = frozenset(
    {DhcpKind.OFFER, DhcpKind.ACK, DhcpKind.NAK, DhcpKind.ADVERTISE, DhcpKind.REPLY}
)


@dataclass(frozen=True, kw_only=True)
class Option:
    """One option of a DHCP answer, or of a router advertisement, in words."""

    code: int
    name: str
    """`router`, `DNS`; `option 224` where nobody knows it."""
    value: str

    def __str__(self) -> str:
        """Say it."""
        return f"{self.name} {self.value}"


@dataclass(frozen=True, kw_only=True)
class DhcpMessage(WireEvent):
    """One DHCPv4 or DHCPv6 message."""

    kind: DhcpKind
    xid: int
    port: int = 0
    """Of the server, whoever sent it."""
    client_arch: int | None = None
    """Option 93 / 61."""
    vendor_class: str = ""
    """Option 60 / 16, of whoever sent the message."""
    user_class: str = ""
    """Option 77 / 15."""
    client_id: str = ""
    """DHCPv6: the client's DUID in hex (RFC 8415 11)."""
    server_id: str = ""
    """DHCPv4: option 54. DHCPv6: the server's DUID in hex. In requests: who is meant."""
    address: str = ""
    """The address proposed, leased or asked for."""
    next_server: str = ""
    server_name: str = ""
    """The `sname` field."""
    bootfile: str = ""
    """The `file` field, option 67, or option 59 (bootfile-url)."""
    valid_s: int | None = None
    """How long the address is leased for."""
    preferred_s: int | None = None
    """DHCPv6: how long it is to be used for new connections."""
    t1_s: int | None = None
    """When to renew, and (T2) to ask any server."""
    t2_s: int | None = None
    options: tuple[Option, ...] = ()
    """Of what a server sends: all that a boot or the system afterwards uses."""
    relay: str = ""
    """Between a relay and the server: its address in the client's network; "" on that itself."""
    boot_server: str = ""
    """Of a client's: whom it asks on PXE's port, an address or a group; "" of any other message."""
    status: str = ""
    """DHCPv6: what a server says no by, such as `NoAddrsAvail` (RFC 8415 21.13)."""
    status_text: str = ""
    """The server's own words to that."""

    @property
    def transaction(self) -> tuple[Family, int]:
        """What question and answers have in common."""
        return self.family, self.xid

    @property
    def adds_only(self) -> bool:
        """Whether a proxy DHCP server sent it: it adds what to boot to another's address."""
        is_answer = self.kind is DhcpKind.OFFER or self.port == PROXY_DHCP_PORT
        return self.kind.from_server and is_answer and not self.address and not self.status

    @property
    def role(self) -> Role:
        """What sends such a message, of what servers send."""
        return Role.PROXY_DHCP if self.adds_only else Role.dhcp(self.family)

    @property
    def is_ipxe(self) -> bool:
        """Whether the client says that it is iPXE."""
        return self.user_class == USER_CLASS_IPXE

    @property
    def is_boot_request(self) -> bool:
        """Whether a network boot asks: it names its architecture and a known vendor class.

        Firmware that only configures its IPv6 interface, and a booted system, do neither.
        """
        asks = not self.kind.from_server and self.client_arch is not None
        return asks and self.vendor_class.startswith(("PXEClient", "HTTPClient"))

    @property
    def ask(self) -> Ask:
        """The question that a network boot asks by it."""
        http = self.vendor_class.startswith(VENDOR_CLASS_HTTP)
        return Ask(
            family=self.family,
            client_arch=-1 if self.client_arch is None else self.client_arch,
            vendor_class=VENDOR_CLASS_HTTP if http else VENDOR_CLASS_PXE,
            ipxe=self.is_ipxe,
        )

    def __str__(self) -> str:
        """Say who sent it, and what it names."""
        sender = f"from {self.server} to" if self.kind.from_server else "from"
        parts = [f"{sender} {self.client_mac}"]
        if self.client_arch is not None and not self.kind.from_server:
            parts.append(f"client arch 0x{self.client_arch:04x}")
        named = {
            "vendor class": self.vendor_class,
            "user class": self.user_class,
            "address": self.address,
            "next-server": self.next_server,
            "bootfile": self.bootfile,
        }
        parts += [f"{name} {value}" for name, value in named.items() if value]
        return f"{DHCP_NAME[self.family]} {self.kind.value} {', '.join(parts)}"


@dataclass(frozen=True, kw_only=True)
class Prefix:
    """A prefix of a router advertisement."""

    prefix: str
    on_link: bool
    autonomous: bool
    valid_s: int = 0
    preferred_s: int = 0


@dataclass(frozen=True, kw_only=True)
class RouterAdvertisement(WireEvent):
    """One router advertisement; `server` is the router."""

    managed: bool
    other: bool
    prefixes: tuple[Prefix, ...] = ()
    lifetime_s: int = 0
    """How long it is a default router; 0: it is none."""
    preference: str = "medium"
    hop_limit: int = 0
    """0: it does not say; so with the two times that follow."""
    reachable_ms: int = 0
    retransmit_ms: int = 0
    options: tuple[Option, ...] = ()
    """What else it tells: MTU, DNS servers, search lists, routes."""

    def __str__(self) -> str:
        """Say what it promises."""
        flags = [name for name in ("managed", "other") if getattr(self, name)]
        prefixes = [f"{e.prefix}{' autonomous' if e.autonomous else ''}" for e in self.prefixes]
        return f"router advertisement of {self.server}: {', '.join([*flags, *prefixes])}"
