"""ISC dhcpd's failover: who shares a pool with whom (dhcpd.conf(5), CONFIGURING FAILOVER)."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from harness.services.configuration.dhcpd import statements
from harness.site.files import Files

_PORT = "647"
_BLOCK = ("failover", "peer")


@dataclass(frozen=True, kw_only=True)
class FailoverPeer:
    """One declaration of a relationship, as one of its two servers has it."""

    name: str
    place: str
    is_primary: bool
    address: str
    """Where this server listens for the other."""
    port: str
    peer: str
    """The other server's address, or name."""
    peer_port: str

    def faults(self, other: "FailoverPeer", place: str) -> Iterator[str]:
        """Say what the other server has otherwise, at its place: so they never speak."""
        if self.is_primary is other.is_primary:
            yield f"{place} is {'primary' if self.is_primary else 'secondary'}, too"
        if self.peer_port != other.port and other.peer_port != self.port:
            sought = f"its peer is looked for on port {self.peer_port}"
            yield f"{sought}, and listens on {other.port} ({place}), nor does that one find it"
        if self.peer != other.address:
            yield f"its peer is looked for at {self.peer}, and listens at {other.address} ({place})"


def failover_peers(files: Files, path: str) -> tuple[FailoverPeer, ...]:
    """Give the relationships that a dhcpd.conf declares."""
    return tuple(_peers(files, path))


def _peers(files: Files, path: str) -> Iterator[FailoverPeer]:
    for each in statements(files, path):
        if each.words[:2] != _BLOCK or each.block is None:
            continue
        told = [inner.words for inner in each.block if inner.words]
        port = _value(told, ("port",)) or _PORT
        yield FailoverPeer(
            name=each.words[-1],
            place=each.place,
            is_primary=("primary",) in told,
            address=_value(told, ("address",)),
            port=port,
            peer=_value(told, ("peer", "address")),
            peer_port=_value(told, ("peer", "port")) or port,
        )


def _value(told: Collection[Sequence[str]], name: tuple[str, ...]) -> str:
    size = len(name)
    found = (words[size] for words in told if words[:size] == name and len(words) > size)
    return next(found, "")
