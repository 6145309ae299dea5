"""Which names a site's own files resolve, and what is wrong with a host that a file names."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property, lru_cache
from urllib.parse import urlsplit

from harness.examine.finding import Finding, error, warning
from harness.model import Family, Role, read_address
from harness.services.registry import says
from harness.site import Site
from harness.site.files import text_of
from harness.site.said import Said, Topic
from harness.site.server import Server
from harness.site.url import loud_scheme, name_fault
from harness.step import IP_NAME

_HOSTS = "etc/hosts"
_URL = re.compile(r"(?i)\b(?:[a-z][a-z0-9+.-]*://|(?:https?|t?ftp):/)[^\s\"'|&;)]*")
_VARIABLE = re.compile(r"\$\{[^}]*\}")
_FEW = 8
"""Sites of which what was read is kept."""


@dataclass(frozen=True, eq=False)
class _Site:
    """A site as a key: another one of the same words is another one."""

    site: Site

    def __hash__(self) -> int:
        return id(self.site)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Site) and other.site is self.site


def said_of(site: Site) -> tuple[Said, ...]:
    """Give what the files of a site's daemons say, which is asked again and again: read once."""
    return _said(_Site(site))


def hosts_of(site: Site) -> "Hosts":
    """Give what a site knows of hosts, likewise."""
    return _hosts(_Site(site))


@lru_cache(maxsize=_FEW)
def _said(key: _Site) -> tuple[Said, ...]:
    return tuple(says(key.site))


@lru_cache(maxsize=_FEW)
def _hosts(key: _Site) -> "Hosts":
    return Hosts(key.site)


class Hosts:
    """What a site knows of hosts: its own addresses, the names that it resolves, its stand-ins."""

    def __init__(self, site: Site) -> None:
        """Keep the site."""
        self._site = site

    @cached_property
    def own(self) -> frozenset[str]:
        """The addresses of the boot server, and of the site's further hosts."""
        return self._site.addresses

    @cached_property
    def names(self) -> dict[str, frozenset[str]]:
        """Name → the addresses that the site's DNS server or hosts file give for it."""
        found: dict[str, set[str]] = {}
        for said in said_of(self._site):
            if said.topic is Topic.NAME:
                found.setdefault(said.text.lower(), set()).add(said.value)
        for name, address, _ in self._hosts_file:
            found.setdefault(name, set()).add(address)
        # What is only another name has the addresses of that.
        return {
            name: frozenset(one for each in given for one in found.get(each.lower(), {each}))
            for name, given in found.items()
        }

    @cached_property
    def _hosts_file(self) -> list[tuple[str, str, str]]:
        """Each name of the hosts file, its address and its line."""
        lines = enumerate(text_of(self._site, _HOSTS).splitlines(), start=1)
        parts = [(line.partition("#")[0].split() or [""], f"{_HOSTS}:{n}") for n, line in lines]
        return [(name.lower(), each[0], place) for each, place in parts for name in each[1:]]

    @cached_property
    def _lines(self) -> dict[str, str]:
        """Name → the line of the DNS server's files, or the hosts file, that has its address."""
        told = [each for each in said_of(self._site) if each.topic is Topic.NAME]
        own = {name: place for name, _, place in reversed(self._hosts_file)}
        return own | {each.text.lower(): each.place for each in reversed(told)}

    def _where(self, name: str) -> str:
        """Give the line that gives a name its address, in brackets."""
        line = self._lines.get(name.lower(), "")
        return f" ({line})" if line else ""

    def _meant(self, name: str) -> str:
        """Say which name is known that is nearly this one."""
        found = get_close_matches(name.lower(), self._lines, n=1)
        return "".join(f", but {each}{self._where(each)}" for each in found)

    def resolves(self, name: str) -> bool:
        """Whether something in the site resolves a name."""
        name = name.lower().rstrip(".")
        # dnsmasq's `address=/example/…` is for all below the name, too.
        parts = name.split(".")
        above = [".".join(parts[n:]) for n in range(len(parts))]
        return any(each in self.names for each in above) or "#" in self.names

    def is_own(self, host: str) -> bool:
        """Whether this is one of the site's hosts, by an address or a name."""
        given = self.names.get(host.lower(), frozenset())
        return host in self.own or bool(given & self.own) or self._called(host) is not None

    def _called(self, host: str) -> Server | None:
        """Give whichever of the site's hosts has this name."""
        servers = (self._site.server, *(each.server for each in self._site.hosts.values()))
        return next((each for each in servers if each.hostname == host), None)

    def addresses(self, host: str) -> frozenset[str]:
        """Give those of the site's own addresses that a name or address means."""
        given = self.names.get(host.lower(), frozenset())
        found = frozenset({host} & self.own) or given & self.own
        called = self._called(host) or self._site.server
        return found or called.addresses

    def has_stand_in(self, host: str) -> bool:
        """Whether something of the lab's stands in for a host beyond it."""
        return host in self._site.outside

    def found(
        self, host: str, place: str, *, over: Collection[Family] = tuple(Family)
    ) -> Iterator[Finding]:
        """Say what is wrong with a host from which something is to be fetched.

        `over`: the families in which it may be.
        """
        if not host or "$" in host:
            return
        if host in self._site.outside:
            yield from self._withheld(host, place)
            return
        address = read_address(host)
        if address is None:
            yield from self._name(host, place, over)
        elif str(address) not in self.own:
            own = " and ".join(sorted(self.own))
            what = f"{host} is not the boot server, which is {own}"
            if self._site.hosts:
                what = f"{host} is not a host of the site's, which are {own}"
            yield warning(
                place,
                f"{what}: in a lab nothing answers there; if that is meant, describe it in "
                "[hosts] with its files, or name it in [outside]",
            )

    def _withheld(self, name: str, place: str) -> Iterator[Finding]:
        """Say by which line no machine is told an address of a name that others know."""
        dns = self._site.daemon_facts.by_role(Role.DNS)
        if dns is None or read_address(name) or self.resolves(name):
            return
        served = [e for e in Family if self._site.daemon_facts.by_role(Role.dhcp(e)) is not None]
        if served and all(each in dns.withheld for each in served):
            over = " or ".join(IP_NAME[each] for each in served)
            what = f"{dns.called} keeps back what others tell it of {name}, which {place} names"
            yield warning(dns.withheld[served[0]], f"{what}: machines, over {over}, get no address")

    def _lacking(self, given: frozenset[str], over: Collection[Family]) -> str:
        """Give the family in which the site leases addresses and a name of its own has none."""
        for family in over:
            served = self._site.daemon_facts.by_role(Role.dhcp(family)) is not None
            if served and not any(Family.of(address) is family for address in given):
                return IP_NAME[family]
        return ""

    def _name(self, name: str, place: str, over: Collection[Family]) -> Iterator[Finding]:
        given = self.names.get(name.lower(), frozenset())
        if others := sorted(given - self.own):
            leads = " and ".join(others)
            here = f"{name} is {leads} here{self._where(name)}"
            yield warning(place, f"{here}, which is not the boot server")
        elif given and (lacking := self._lacking(given, over)):
            what = f"{name} has no {lacking} address here{self._where(name)}"
            yield warning(place, f"{what}, and machines are served by {lacking}")
        if self.resolves(name):
            return
        dns = self._site.daemon_facts.by_role(Role.DNS)
        knows = f"{dns.called} does not know it{self._meant(name)}" if dns is not None else ""
        why = knows or "the site has no DNS server"
        yield warning(
            place,
            f"nothing resolves {name}: {why}; if it lies beyond the lab, name it in [outside]",
        )


def urls(text: str) -> Iterator[str]:
    """Give the URLs in a line."""
    return (match[0] for match in _URL.finditer(text))


def url_faults(url: str, place: str, hosts: Hosts) -> Iterator[Finding]:
    """Say what is wrong with a URL: its form, then its host."""
    # What a variable holds may be a host, or all of the URL's beginning.
    if fault := name_fault(_VARIABLE.sub("host", url)):
        yield error(place, f"{url!r}: {fault}")
        return
    if loud := loud_scheme(url):
        yield warning(place, f"{url!r}: {loud}")
    parts = urlsplit(url)
    host = "" if "${" in parts.netloc else parts.hostname or ""
    yield from hosts.found(host, place)
    if parts.scheme != "http" and hosts.has_stand_in(host):
        why = ": no lab has its certificate" if parts.scheme == "https" else ""
        yield warning(place, f"'{url}': {host} is stood in for by HTTP only{why}")
