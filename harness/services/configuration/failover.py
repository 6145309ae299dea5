"""ISC dhcpd's failover: who shares a pool with whom (dhcpd.conf(5), CONFIGURING FAILOVER)."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from harness.services.configuration.blocks import Statement
from harness.services.configuration.dhcpd import statements
from harness.site.files import Files

_PORT = "647"
_BLOCK = ("failover", "peer")
_PEER_ADDRESS = ("peer", "address")
_ROLES = (("primary",), ("secondary",))


@dataclass(frozen=True, kw_only=True)
class FailoverPeer:
    """One declaration of a relationship, as one of its two servers has it."""

    name: str
    place: str
    is_primary: bool
    role_place: str
    """The line that says which of both this server is."""
    address: str
    """Where this server listens for the other."""
    port: str
    peer: str
    """The other server's address, or name."""
    peer_port: str
    peer_place: str
    """The line that says where the other server is."""
    ranges: frozenset[str]
    """What the pools lease that refer to it: `10.0.0.100 10.0.0.199`."""
    pool_place: str
    """The line of the first of these; where none is, of the first pool, which lacks it."""
    is_referred_to: bool
    """Whether a pool, or a shared network for all of its own, is shared so: dhcpd insists."""

    def faults(self, other: "FailoverPeer", place: str) -> Iterator[tuple[str, str]]:
        """Say, with own lines, what the other server has otherwise, at its place."""
        if self.is_primary is other.is_primary:
            yield (
                self.role_place,
                f"{place} is {'primary' if self.is_primary else 'secondary'}, too",
            )
        if self.peer_port != other.port and other.peer_port != self.port:
            sought = f"its peer is looked for on port {self.peer_port}"
            listens = f"listens on {other.port} ({place}), nor does that one find it"
            yield self.place, f"{sought}, and {listens}"
        if self.peer != other.address:
            listens = f"listens at {other.address} ({place})"
            yield self.place, f"its peer is looked for at {self.peer}, and {listens}"


def failover_peers(files: Files, path: str) -> tuple[FailoverPeer, ...]:
    """Give the relationships that a dhcpd.conf declares."""
    return tuple(_peers(files, path))


def _peers(files: Files, path: str) -> Iterator[FailoverPeer]:
    given = tuple(statements(files, path))
    pools = [each for each in given if each.name == "pool" and each.block is not None]
    for each in given:
        if each.words[:2] != _BLOCK or each.block is None:
            continue
        shared = [pool for pool in pools if (*_BLOCK, each.words[-1]) in _words(pool)]
        ranges = [inner for pool in shared for inner in pool.block or () if inner.name == "range"]
        places = [inner.place for inner in (*ranges, *(() if shared else pools), each)]
        referring = (e for e in given if e.words == (*_BLOCK, each.words[-1]) and e.block is None)
        address = next((e.place for e in each.block if e.words[:2] == _PEER_ADDRESS), each.place)
        told = [inner.words for inner in each.block if inner.words]
        port = _value(told, ("port",)) or _PORT
        yield FailoverPeer(
            name=each.words[-1],
            place=each.place,
            is_primary=("primary",) in told,
            role_place=next((e.place for e in each.block if e.words in _ROLES), each.place),
            address=_value(told, ("address",)),
            port=port,
            peer=_value(told, _PEER_ADDRESS),
            peer_port=_value(told, ("peer", "port")) or port,
            peer_place=address,
            ranges=frozenset(" ".join(inner.words[1:]) for inner in ranges),
            pool_place=places[0],
            is_referred_to=any(referring),
        )


def _words(block: Statement) -> list[tuple[str, ...]]:
    return [inner.words for inner in block.block or ()]


def _value(told: Collection[Sequence[str]], name: tuple[str, ...]) -> str:
    size = len(name)
    found = (words[size] for words in told if words[:size] == name and len(words) > size)
    return next(found, "")
