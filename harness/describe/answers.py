"""What a machine was told: DHCP's answers and routers' advertisements, in words."""

from collections.abc import Iterable, Iterator, Sequence
from ipaddress import ip_address

from harness.describe.pool import pool_of
from harness.judge.boot import Boot
from harness.model import PROXY_DHCP_PORT, Family
from harness.plan.boot_names import ADDRESS4, ADDRESS6, PARTNERS, Names
from harness.plan.boot_text import Statement
from harness.plan.boot_words import NO_ADDRESS, OFFERED
from harness.witness.wire import DhcpKind, DhcpMessage, Prefix, RouterAdvertisement, WireEvent
from harness.witness.wire.option_words import seconds

_LEAST_REST = 0.75
"""Of a lease, that ISC dhcpd hands out again to who comes back (`dhcp-cache-threshold`)."""
_V4_VALUES = frozenset({67})
"""Options of DHCPv4 that go before the `file` field."""


class Answers:
    """Says what the servers of one boot have told; leases are followed over all of it."""

    def __init__(self, boot: Boot, names: Names) -> None:
        """Take what the servers have sent."""
        self._boot = boot
        self._names = names
        self._messages = [each for each in boot.of(DhcpMessage) if each.kind.from_server]
        self._own_macs = _own_macs(boot)
        paired = [each for each in boot.daemons.all if each.partners]
        self._partners = {a for e in paired for a in (*e.partners, *e.addresses)}

    def to(self, transactions: Iterable[tuple[Family, int]]) -> list[Statement]:
        """Give what each server answered to a question, however often it was asked.

        Of a failover pair one leases; whether the other offered as well is chance.
        """
        wanted = set(transactions)
        given: dict[tuple[str, bool], DhcpMessage] = {}
        for each in self._messages:
            server = PARTNERS if self._is_partner(each) else each.server_mac
            key = (server, bool(each.address))
            if each.transaction in wanted and (each.kind.grants or key not in given):
                given[key] = each
        told = [Statement(subject="answer", text=self._text(each)) for each in _sorted(given)]
        return told or [Statement(subject="answer", text="nobody")]

    def _text(self, message: DhcpMessage) -> str:
        who = self._who(message)
        if message.kind is DhcpKind.NAK:
            return f"{who} refuses what was asked for"
        if message.status:
            said = f': "{message.status_text}"' if message.status_text else ""
            return self._names.named(f"{who} says {message.status}{said}")
        # An offer without an address (proxy DHCP) is taken beside another server's lease.
        is_taken = message.kind.grants or not message.address
        verb = "gives" if is_taken else OFFERED
        first = f"{who} {verb} {self._lease(message)}"
        return "; ".join([first, *map(self._names.named, self._settings(message))])

    def _who(self, message: DhcpMessage) -> str:
        if message.family is Family.IPV4:
            who = message.server_id or message.server
            return PARTNERS if self._is_partner(message) else who
        return self._called(message.server, message.server_mac)

    def _is_partner(self, message: DhcpMessage) -> bool:
        own = message.server_id or message.server
        return message.family is Family.IPV4 and own in self._partners

    def _called(self, server: str, mac: str) -> str:
        """Name a server by the site's address rather than by its card's."""
        site, host = self._boot.site, self._boot.site.macs.get(mac, "")
        own = (site.hosts[host].server if host else site.server).ipv6
        return str(own.ip) if own and mac in self._own_macs else server

    def _lease(self, message: DhcpMessage) -> str:
        if not message.address:
            return NO_ADDRESS
        pool = pool_of(self._boot, message.address)
        if pool is None:
            return f"{message.address}{_for(self._full(message).valid_s)}"
        name = ADDRESS4 if message.family is Family.IPV4 else ADDRESS6
        return f"{name}{f' from {pool}' if pool else ''}{_for(self._full(message).valid_s)}"

    def _full(self, message: DhcpMessage) -> DhcpMessage:
        """Give the answer with the whole lease in it: who asks again may get the rest of it."""
        given = (message.server_mac, message.address)
        for before in self._messages:
            if before is message:
                break
            whole_s, rest_s = before.valid_s or 0, message.valid_s or 0
            is_rest = _LEAST_REST * whole_s <= rest_s <= whole_s
            if is_rest and (before.server_mac, before.address) == given:
                return before
        return message

    def _settings(self, message: DhcpMessage) -> Iterator[str]:
        full = self._full(message)
        if full.preferred_s is not None:
            yield f"preferred {seconds(full.preferred_s)}"
        yield from _renewals(message)
        yield from map(str, message.options)
        if message.family is Family.IPV4:
            codes = {each.code for each in message.options}
            yield from (f"next-server {message.next_server}",) if message.next_server else ()
            yield from (f"server name {message.server_name}",) if message.server_name else ()
            if message.bootfile and not codes & _V4_VALUES:
                yield f"file {message.bootfile}"
            yield from (f"from port {message.port}",) if message.port == PROXY_DHCP_PORT else ()

    def routers(self) -> Iterator[Statement]:
        """Say what each router advertises, each thing once: to a machine that goes by it.

        Routers speak unasked, too: whether one did in time for another machine is chance.
        """
        found = self._boot.wire.of(RouterAdvertisement) if self._boot.goes_by_routers else ()
        for text in dict.fromkeys(self._advertised(each) for each in found):
            yield Statement(subject="router", text=text)

    def _advertised(self, router: RouterAdvertisement) -> str:
        who = self._called(router.server, router.server_mac)
        flags = [name for name in ("managed", "other") if getattr(router, name)]
        lasts = f"default router for {seconds(router.lifetime_s)}"
        parts = [
            f"{who} advertises {'; '.join(map(_prefix, router.prefixes)) or 'no prefix'}",
            ", ".join(flags) or "neither managed nor other",
            lasts if router.lifetime_s else "not a default router",
        ]
        if router.preference != "medium":
            parts.append(f"preference {router.preference}")
        if router.hop_limit:
            parts.append(f"hop limit {router.hop_limit}")
        if router.reachable_ms:
            parts.append(f"reachable {router.reachable_ms} ms")
        if router.retransmit_ms:
            parts.append(f"retransmission {router.retransmit_ms} ms")
        return "; ".join([*parts, *map(str, router.options)])


def _own_macs(boot: Boot) -> frozenset[str]:
    """Give the MAC addresses behind the site's own addresses; of one server alone, its own."""
    own = boot.site.addresses
    events = [each for each in boot.wire.of(WireEvent) if each.server_mac]
    known = frozenset(each.server_mac for each in events if each.server_mac in boot.site.macs)
    every = frozenset(each.server_mac for each in events)
    found = known.union(each.server_mac for each in events if each.server in own)
    return found or (every if len(every) == 1 else frozenset())


def _sorted(given: dict[tuple[str, bool], DhcpMessage]) -> Sequence[DhcpMessage]:
    """Put those whose lease was taken first, then by their address: not by who was quicker."""
    return sorted(
        given.values(),
        key=lambda each: (
            not each.kind.grants,
            int(ip_address(each.server)),
            not each.address,
        ),
    )


def _for(valid_s: int | None) -> str:
    if valid_s is None:
        return ""
    length = seconds(valid_s)
    return f" {length}" if length == "for ever" else f" for {length}"


def _renewals(message: DhcpMessage) -> Iterator[str]:
    """Say when a lease is to be renewed; servers reckon it from the lease, some by chance."""
    lengths = [each for each in (message.preferred_s, message.valid_s) if each]
    for name, at_s, shares in (
        ("T1", message.t1_s, ((7 / 16, 1 / 2, "half"),)),
        ("T2", message.t2_s, ((13 / 16, 7 / 8, "seven eighths"), (0.8, 0.8, "four fifths"))),
    ):
        if at_s is not None:
            usual = (
                words
                for low, high, words in shares
                for length in lengths
                if low * length - 1 <= at_s <= high * length + 1
            )
            words = next(usual, "")
            yield f"{name} at {words}" if words else f"{name} {seconds(at_s)}"


def _prefix(prefix: Prefix) -> str:
    link = "on-link" if prefix.on_link else "not on-link"
    alone = "autonomous" if prefix.autonomous else "not autonomous"
    times = f"valid {seconds(prefix.valid_s)}, preferred {seconds(prefix.preferred_s)}"
    return f"{prefix.prefix} {link}, {alone}, {times}"
