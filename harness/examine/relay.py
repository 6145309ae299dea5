"""Whether a DHCP server serves the network that machines are in behind a relay, and hears that."""

from collections.abc import Iterator
from ipaddress import ip_network

from harness.examine.finding import Finding, warning
from harness.examine.hosts import said_of
from harness.model import Family, Role
from harness.site import Site
from harness.site.said import Topic


def findings(site: Site) -> Iterator[Finding]:
    """Go through the families that the relay passes on."""
    for family in () if site.relay is None else site.relay.families:
        yield from _over(site, family)


def _over(site: Site, family: Family) -> Iterator[Finding]:
    server = site.daemon_facts.by_role(Role.dhcp(family))
    own = None if site.relay is None else site.relay.address(family)
    if server is None or own is None:
        return
    own_said = (each for each in said_of(site) if each.path in server.files)
    said = [each for each in own_said if each.topic is Topic.NETWORK]
    networks = {ip_network(each.text): each for each in said if Family.of(each.text) is family}
    if networks and not any(own.ip in network for network in networks):
        what = f"{server.called} has no subnet for {own.network}, where the machines are"
        yield warning(next(reversed(networks.values())).place, f"{what}, behind the relay {own.ip}")
    if server.hears_no_relay:
        place = server.hears_no_relay.partition(" ")[0]
        name, address = site.server.interface, site.server.address(family)
        what = f"{server.called} hears groups alone, and no relay that sends to its address"
        cure = "" if address is None else f": add {name}/{address.ip}"
        yield warning(place, f"{what}{cure}")
