"""By which options dnsmasq hears nobody on the interface that machines are on (dnsmasq(8)).

`except-interface` comes before whatever else is said; without `interface` and `listen-address` it
listens on all. An `interface` that is another is a doubt of the daemon's own.
"""

from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase

from harness.examine.finding import Finding, error, warning
from harness.examine.hosts import said_of
from harness.model import Role
from harness.services.configuration import dnsmasq
from harness.services.configuration.dnsmasq import Option
from harness.services.dnsmasq import Dnsmasq
from harness.site import Site
from harness.site.said import Topic

_LEASING = frozenset({Role.DHCPV4, Role.DHCPV6, Role.PROXY_DHCP, Role.TFTP, Role.RA})
_WITHOUT = {
    "no-dhcp-interface": _LEASING,
    "no-dhcpv4-interface": frozenset({Role.DHCPV4, Role.PROXY_DHCP}),
    "no-dhcpv6-interface": frozenset({Role.DHCPV6, Role.RA}),
}
"""What else but names is not answered on an interface."""
_EVERYWHERE = frozenset({"0.0.0.0", "::"})


def of_daemons(host: Site, site: Site) -> Iterator[Finding]:
    """Go through what one of the site's hosts says of interfaces and addresses."""
    if Dnsmasq.name not in host.daemons:
        return
    given, roles = dnsmasq.options(host), set(dnsmasq.roles(host))
    own = host.server.addresses
    is_asked = any(s.topic is Topic.DNS_SERVER and s.text in own for s in said_of(site))
    mine, say = host.server.interface, error if roles & _LEASING else warning
    deaf = [*_excepted(given, mine), *_elsewhere(given, mine, own)]
    for each, why in deaf if roles & _LEASING or is_asked else ():
        yield say(each.place, f"{why}, and machines are on {mine}: nobody there is answered")
    for each in given:
        shut = [role for role in Role if role in roles & _WITHOUT.get(each.name, frozenset())]
        if shut and _means(each, mine):
            called = " and ".join(role.called for role in shut)
            yield error(
                each.place,
                f"{Dnsmasq.name} does not work as {called} on {mine}, where machines are",
            )


def _means(option: Option, interface: str) -> bool:
    return any(fnmatchcase(interface, name) for name in option.fields)


def _excepted(given: Sequence[Option], mine: str) -> Iterator[tuple[Option, str]]:
    for each in given:
        if each.name == "except-interface" and _means(each, mine):
            yield each, f"{Dnsmasq.name} leaves {each.value} out, whatever `interface` says"


def _elsewhere(
    given: Sequence[Option], mine: str, own: frozenset[str]
) -> Iterator[tuple[Option, str]]:
    """Say that it listens on other addresses alone, or on no interface but the loopback."""
    told = [each for each in given if each.name in ("interface", "listen-address")]
    heard = {field for each in told for field in each.fields}
    is_others = all(each.name == "interface" for each in told) and heard != {"lo"}
    is_mine = heard & {*own, *_EVERYWHERE} or any(_means(each, mine) for each in told)
    if told and not is_mine and not is_others:
        yield told[0], f"{Dnsmasq.name} listens on {' and '.join(sorted(heard))} alone"
