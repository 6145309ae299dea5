"""What a site's own files tell of its server: interface, name and addresses.

Its network settings come first, for they are plain; then what its daemons' files say of where
boot files come from. Each answer says where it was read, and whether it is a guess.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from urllib.parse import urlsplit

from harness.model import Address, Family, read_address
from harness.site.files import Files
from harness.site.host_network import HostAddress, addresses, hostname
from harness.site.said import Said, Topic

_USUAL_INTERFACE = "eth0"
_BY_WEIGHT = (
    (Topic.ADDRESS, "listens there"),
    (Topic.BOOT_SERVER, "boot files come from there"),
    (Topic.BOOT_FILE, "boot files come from there"),
    (Topic.NAME, "a name of the site's"),
    (Topic.DNS_SERVER, "the DNS server that is handed out"),
    (Topic.ROUTER, "the router that is handed out"),
)
"""What may tell the server's address, the surest first."""
_SURE = (Topic.ADDRESS, Topic.BOOT_SERVER, Topic.BOOT_FILE)
_Network = IPv4Network | IPv6Network


@dataclass(frozen=True, kw_only=True)
class Found:
    """One value, and where it was read."""

    text: str
    place: str
    """A file and line; "" where none says it."""
    guess: str = ""
    """Why it may be otherwise; "" where a file is plain about it."""


@dataclass(frozen=True, kw_only=True)
class FoundServer:
    """What the files tell of the server."""

    interface: Found
    hostname: Found | None
    addresses: dict[Family, Found]

    @property
    def own_addresses(self) -> tuple[str, ...]:
        """Its addresses alone."""
        return tuple(each.text.partition("/")[0] for each in self.addresses.values())


def without(said: Iterable[Said], addresses: Collection[str]) -> tuple[Said, ...]:
    """Leave out what names one of these addresses: they are another host's."""
    known = set(addresses)
    return tuple(each for each in said if known.isdisjoint(map(str, addresses_in(each))))


def find_server(files: Files, said: Sequence[Said], *, interface: str = "") -> FoundServer:
    """Look through a server's files; `said` is what its daemons' files say.

    `interface` is known already, if it is given.
    """
    own = addresses(files)
    networks = [(ip_network(each.text), each) for each in said if each.topic is Topic.NETWORK]
    chosen = (
        Found(text=interface, place="site.toml")
        if interface
        else _interface(said, own, [network for network, _ in networks])
    )
    mine = [each for each in own if each.interface == chosen.text]
    name = hostname(files)
    return FoundServer(
        interface=chosen,
        hostname=Found(text=name, place="etc/hostname") if name else None,
        addresses={
            family: found
            for family, version in ((Family.IPV4, 4), (Family.IPV6, 6))
            if (found := _address(version, mine, networks, said)) is not None
        },
    )


def _interface(
    said: Sequence[Said], own: Sequence[HostAddress], networks: Sequence[_Network]
) -> Found:
    """Give the interface that a daemon serves; else the one with an address of a served network."""
    named: dict[str, Said] = {}
    for each in said:
        if each.topic is Topic.INTERFACE:
            named.setdefault(each.text, each)
    for text, first in named.items():
        several = f"the first of {', '.join(named)}" if len(named) > 1 else ""
        return Found(text=text, place=first.place, guess=several)
    served = [h for h in own if any(h.address.ip in network for network in networks)]
    for each_own in (*served, *own):
        if each_own.interface:
            return Found(text=each_own.interface, place=each_own.place)
    return Found(text=_USUAL_INTERFACE, place="", guess="no file names an interface")


def _address(
    version: int,
    own: Sequence[HostAddress],
    networks: Sequence[tuple[_Network, Said]],
    said: Sequence[Said],
) -> Found | None:
    served = [(network, each) for network, each in networks if network.version == version]
    # Of several on the interface, the one in a network that is served.
    mine = [each for each in own if each.address.version == version]
    mine.sort(key=lambda each: not any(each.address.ip in network for network, _ in served))
    if mine:
        return Found(text=str(mine[0].address), place=mine[0].place)
    for topic, why in _BY_WEIGHT:
        for each in said:
            for address in addresses_in(each) if each.topic is topic else ():
                for network, its in served:
                    if address in network:
                        guess = "" if topic in _SURE else why
                        return Found(
                            text=f"{address}/{network.prefixlen}",
                            place=f"{each.place}, {its.place}",
                            guess=guess or its.guess,
                        )
    for network, its in served:
        return Found(
            text=f"{network.network_address + 1}/{network.prefixlen}",
            place=its.place,
            guess="no file says it: the first of the network",
        )
    return None


def addresses_in(said: Said) -> Iterator[Address]:
    """Give the address that something said has: itself, a name's, or a URL's host."""
    for text in (said.value or said.text, _host(said.text)):
        if (address := read_address(text)) is not None:
            yield address


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:  # brackets that nobody closes
        return ""
