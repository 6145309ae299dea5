"""Which hosts beyond the lab a boot asked, and nobody stands in for."""

from collections.abc import Sequence
from ipaddress import IPv4Interface, IPv6Interface

from harness.judge.boot import Boot
from harness.model import read_address
from harness.witness.wire import DnsLookup, Refusal

_HTTPS = 443


def beyond(boot: Boot) -> tuple[str, ...]:
    """Say of which hosts beyond the lab something was asked that nobody stands in for."""
    own = boot.site.server.interfaces
    said: dict[str, str] = {}
    for lookup in boot.of(DnsLookup):
        if lookup.rcode is None and not _is_near(lookup.server, own):
            what = f"asked {lookup.server} for {lookup.name}: beyond the lab"
            said.setdefault(lookup.name, f"{what}; name {lookup.name} in [outside] of site.toml")
    resolvers = {lookup.server for lookup in boot.of(DnsLookup)}
    for address in sorted(boot.wire.targets - boot.wire.sources - resolvers):
        if not _is_near(address, own):
            what = f"asked {address}: beyond the lab"
            said.setdefault(address, f"{what}; name {address} in [outside] of site.toml")
    for refusal in boot.of(Refusal):
        if not _is_near(refusal.server, own):
            what = f"asked {refusal.server} at {refusal.transport.upper()} port {refusal.port}"
            why = "its stand-in serves HTTP only, on port 80 and those that scripts name"
            if refusal.port == _HTTPS:
                why = "a lab has nobody's certificate for HTTPS: test that by HTTP"
            said.setdefault(what, f"{what}: {why}")
    return tuple(said.values())


def _is_near(text: str, own: Sequence[IPv4Interface | IPv6Interface]) -> bool:
    """Whether an address is the server's, of its networks, or leads to no single host."""
    if (address := read_address(text)) is None:
        return True
    is_one = address.is_global or (address.is_private and not address.is_link_local)
    nobodys = address.is_multicast or address.is_unspecified or str(address) == "255.255.255.255"
    return nobodys or not is_one or any(address in each.network for each in own)
