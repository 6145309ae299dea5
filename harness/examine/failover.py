"""What looks wrong between ISC DHCP servers that share their pools with one another."""

from collections.abc import Iterator
from dataclasses import dataclass

from harness.examine.finding import Finding, error, warning
from harness.services.configuration.failover import FailoverPeer, failover_peers
from harness.services.dhcpd import Dhcpd4
from harness.site import Site
from harness.site.places import shown_path


@dataclass(frozen=True, kw_only=True)
class _Declared:
    peer: FailoverPeer
    host: str
    """On which of the site's further hosts; "": the boot server."""
    site: Site
    """That host, as a site for itself."""

    @property
    def place(self) -> str:
        return self.shown(self.peer.place)

    def shown(self, place: str) -> str:
        """Give a line of its file as messages name it."""
        return shown_path(place, self.site.within)

    def means(self, other: "_Declared") -> bool:
        """Whether it takes another server for its peer, by name and address."""
        is_there = self.peer.peer in other.site.server.addresses
        return self.peer.name == other.peer.name and is_there


def findings(site: Site) -> Iterator[Finding]:
    """Hold what each server has of a relationship against what the other one has."""
    declared = [
        _Declared(peer=peer, host=name, site=host)
        for name, host in {"": site, **site.each_host}.items()
        if Dhcpd4.name in host.daemons
        for peer in failover_peers(host, Dhcpd4.configuration(host))
    ]
    for each in declared:
        yield from _one(each, declared)


def _one(own: _Declared, declared: list[_Declared]) -> Iterator[Finding]:
    peer = own.peer
    others = [each for each in declared if each.host != own.host]
    if not peer.is_referred_to:
        what = f"no pool refers to this relationship: {Dhcpd4.called} refuses the file"
        yield error(own.shown(peer.pool_place), f"failover {peer.name}: {what}")
    if peer.peer not in own.site.addresses - own.site.server.addresses:
        meant = [each for each in others if each.means(own)]
        for each in meant:
            what = f"its peer is looked for at {peer.peer}, and is {each.peer.address}"
            told = f"failover {peer.name}: {what} ({each.place}): they never speak"
            yield error(own.shown(peer.peer_place), told)
        if meant:
            return
        what = f"the failover peer {peer.name} is another machine: a lab leaves it out"
        yield warning(own.place, f"{what}, and this server leases from the whole pool")
        return
    if peer.address not in own.site.server.addresses:
        what = f"{peer.address or 'no address'} is not this server's"
        yield error(own.place, f"failover {peer.name}: {what}: its peer cannot speak to it there")
    yield from _between(own, others)


def _between(own: _Declared, others: list[_Declared]) -> Iterator[Finding]:
    """Hold it against what its peer, a host of the site's, has."""
    peer = own.peer
    there = [each for each in others if peer.peer in each.site.server.addresses]
    same = next((each for each in there if each.peer.name == peer.name), None)
    if same is None:
        names = ", ".join(f"{each.peer.name} ({each.place})" for each in there)
        has = f"it has {names}" if names else "nothing of failover is there"
        what = f"the server at {peer.peer} does not know this relationship: {has}"
        yield error(own.place, f"failover {peer.name}: {what}: neither leases anything")
        return
    for place, fault in peer.faults(same.peer, same.place):
        yield error(own.shown(place), f"failover {peer.name}: {fault}: neither leases anything")
    if peer.ranges and same.peer.ranges and peer.ranges != same.peer.ranges:
        shared, theirs = (" and ".join(sorted(e.ranges)) for e in (peer, same.peer))
        there_too = same.shown(same.peer.pool_place)
        what = f"this server shares {shared}, its peer {theirs} ({there_too})"
        yield error(own.shown(peer.pool_place), f"failover {peer.name}: {what}")
