"""Whether what routers are to advertise leads machines to the site's DHCPv6 server."""

from collections.abc import Iterator, Mapping
from ipaddress import IPv6Network

from harness.examine.finding import Finding, warning
from harness.examine.hosts import said_of
from harness.model import Role
from harness.services.configuration import dnsmasq
from harness.services.configuration.blocks import Statement, read
from harness.services.dnsmasq import Dnsmasq
from harness.services.radvd import Radvd
from harness.site import Site
from harness.site.said import Said, Topic


def findings(site: Site) -> Iterator[Finding]:
    """Go through radvd's interface that machines are on, and dnsmasq's ranges of IPv6."""
    if Dnsmasq.name in site.daemons:
        yield from _of_dnsmasq(site)
    if Radvd.name in site.daemons:
        for each in read(site, Radvd.configured_by):
            if each.words == ("interface", site.server.interface):
                yield from _interface(site, each)


def _of_dnsmasq(site: Site) -> Iterator[Finding]:
    ranges = [e for e in dnsmasq.options(site) if e.name == "dhcp-range"]
    of_six = [each for each in ranges if ":" in "".join(each.untagged[:1])]
    is_advertised = site.daemon_facts.by_role(Role.RA) is not None
    for each in of_six:
        if "off-link" in each.untagged:
            what = "the prefix is not on-link: machines send what is for the boot server to"
            yield warning(each.place, f"{what} a router")
        if "ra-stateless" in each.untagged:
            what = "no address is leased by `ra-stateless`, and firmware boots with no other"
            yield warning(each.place, what)
    for each in () if is_advertised else of_six[:1]:
        what = "nothing is advertised without enable-ra: machines know neither the prefix nor that"
        how = [other for other in dnsmasq.options(site) if other.name == "ra-param"]
        yield warning((how or [each])[0].place, f"{what} they are to ask DHCPv6")


def _interface(site: Site, interface: Statement) -> Iterator[Finding]:
    flags = {each.name: each for each in interface.block or () if len(each.words) > 1}
    is_on = {name: each.words[1] == "on" for name, each in flags.items()}
    if not is_on.get("AdvSendAdvert"):
        where = flags.get("AdvSendAdvert", interface)
        what = "nothing is advertised without AdvSendAdvert on: machines get no IPv6 address"
        yield warning(where.place, what)
    leased = [each for each in said_of(site) if each.topic is Topic.NETWORK and ":" in each.text]
    networks = {IPv6Network(each.text): each for each in leased if each.path != interface.path}
    has_dhcp = site.daemon_facts.by_role(Role.DHCPV6) is not None
    if has_dhcp and networks and not is_on.get("AdvManagedFlag"):
        where = flags.get("AdvManagedFlag", interface)
        what = "machines ask DHCPv6 for no address without the managed flag, AdvManagedFlag on"
        yield warning(where.place, what)
    prefixes = [each for each in interface.block or () if each.name == "prefix"]
    if not prefixes and networks:
        what = f"no prefix is advertised: machines do not know that {next(iter(networks))} is on"
        yield warning(interface.place, f"{what} the link, and with it the boot server")
    for prefix in prefixes:
        yield from _prefix(site, prefix, networks)
        yield from _of_prefix(site, prefix)


def _of_prefix(site: Site, prefix: Statement) -> Iterator[Finding]:
    """Say by which setting the prefix of the boot server's own address is of no use."""
    try:
        network = IPv6Network(prefix.words[1], strict=False)
    except (IndexError, ValueError):
        return
    own = site.server.ipv6
    if own is None or own.ip not in network:
        return
    for each in prefix.block or ():
        if each.words == ("AdvOnLink", "off"):
            what = "is not on-link: machines send what is for the boot server to a router"
            yield warning(each.place, f"the prefix {network} {what}")
        elif each.words == ("AdvValidLifetime", "0"):
            yield warning(each.place, f"the prefix {network} is valid for 0 s: it is taken away")


def _prefix(site: Site, prefix: Statement, leased: Mapping[IPv6Network, Said]) -> Iterator[Finding]:
    try:
        network = IPv6Network(prefix.words[1], strict=False)
    except (IndexError, ValueError):  # radvd says what is wrong with it
        return
    same = [each for each in leased if each.overlaps(network)]
    own = site.server.ipv6
    if leased and not same and own is not None and own.ip not in network:
        what = f"the prefix {network} has neither the server's address nor what DHCPv6 leases"
        first = next(iter(leased))
        yield warning(prefix.place, f"{what}, {first} ({leased[first].place})")
    elif same and network not in same:
        told = f"{same[0]} ({leased[same[0]].place})"
        yield warning(prefix.place, f"the prefix {network} is not the network of DHCPv6, {told}")
