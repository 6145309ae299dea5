"""Rules of a site's servers by which nobody gets what machines are told to ask for."""

import re
from collections.abc import Iterator

from harness.daemon_facts import Daemon
from harness.examine.finding import Finding, error, warning
from harness.examine.named import BootFile, server_of
from harness.model import Role
from harness.services.configuration import dhcpd
from harness.services.dhcpd import Dhcpd4, Dhcpd6
from harness.services.registry import says
from harness.site import Site
from harness.site.places import places
from harness.site.said import Topic

_SHUT = re.compile(
    r"(?P<rule>`(?:deny all|return (?:[45]\d\d|20[45]|304)[^`]*|Require all denied)`"
    r"(?: in <[^`]*>)?) \((?P<place>\S+)\)"
)
_ENDING = re.compile(r"(?P<rule>`url\.access-deny = [^`]*`) \((?P<place>\S+)\)")
_QUOTED = re.compile(r"\"([^\"]+)\"")
_OF_STOCK = re.compile(r"(?P<rule>`Require all denied` in <[^`]*>) \(Debian's own \S+\)")
_PLACED = re.compile(r"(?P<place>\S+:\d+) (?P<what>.*)")


def findings(site: Site) -> Iterator[Finding]:
    """Go through DHCP servers, then through the files that they hand out."""
    for role in (Role.DHCPV4, Role.DHCPV6):
        for daemon in site.daemon_facts.filling(role):
            yield from _nobody(daemon)
            yield from _own_address(site, daemon)
    for said in says(site):
        if said.topic is Topic.BOOT_FILE and "${" not in said.text:
            yield from _file(site, said.text, said.place)


def _nobody(daemon: Daemon) -> Iterator[Finding]:
    """Say by which rule no machine at all is given an address."""
    accepted = daemon.acceptance
    found = _PLACED.fullmatch(accepted.refusal)
    if found is not None and not accepted.macs:
        nobody = f"{daemon.called} gives nobody an address"
        rule = found["what"].removeprefix("has `")
        by = f" by `{rule}" if rule != found["what"] else f": it {rule}"
        yield error(found["place"], f"{nobody}{by}")


def _own_address(site: Site, daemon: Daemon) -> Iterator[Finding]:
    """Say which pool has no address but the boot server's own."""
    for address in sorted(site.addresses):
        whose = site.host_at(address) or "the boot server"
        own = rf"(?<![\w.:]){re.escape(address)}(?![\w.:])"
        to = rf"(?:[\s,-]+{own}|/(?:32|128)\b|\s*;)"
        for each in places(site, daemon.files, rf"\b(?:range6?|pool)\b[^;{{}}]*?{own}{to}"):
            what = f"the pool {address} is {whose}'s own address: nobody is given it"
            yield error(str(each), what)


def of_daemons(site: Site) -> Iterator[Finding]:
    """Say which pool of one of the site's hosts has no address for machines that boot by PXE."""
    for kind in (Dhcpd4, Dhcpd6):
        path = kind.configuration(site)
        if kind.name not in site.daemons or not site.has(path):
            continue
        given = list(dhcpd.statements(site, path))
        classes = {e.words[1]: e for e in given if e.name == "class" and e.words[1:]}
        of_pxe = {name for name, each in classes.items() if dhcpd.is_for_pxe(each)}
        leased = dhcpd.rules_of_ranges(site, path)
        denied = [[e for e in rules if dhcpd.denies(e, of_pxe)] for rules in leased]
        if leased and all(denied):
            yield warning(denied[0][0].place, "no machine that boots by PXE is given an address")


def _file(site: Site, text: str, place: str) -> Iterator[Finding]:
    """Say by which rule its server does not give out a file that is handed out."""
    file = BootFile.of(text)
    server = server_of(site, text, by=place)
    daemon = site.daemon_facts.by_role(file.role, server) if file.role is not None else None
    if daemon is None:
        return
    name = file.name
    for rule in daemon.renames:
        if rule.refuses(name):
            what = f"{daemon.called} refuses by this rule '{text}', which {place} hands out"
            yield error(rule.place, what)
            return
        name = rule.applied(name)
    port = file.port if file.role is Role.HTTP else 0
    served = daemon.served(f"/{name.lstrip('/')}", host=file.host, port=port)
    if served is None:
        return
    shut = _SHUT.fullmatch(served.rule("deny", "return", "Require"))
    if shut is not None and not served.rule("allow"):
        what = f"{daemon.called} refuses by {shut['rule']} '{text}', which {place} hands out"
        yield error(shut["place"], what)
    ending = _ENDING.fullmatch(served.rule("url.access-deny"))
    if ending is not None and name.endswith(tuple(_QUOTED.findall(ending["rule"]))):
        what = f"{daemon.called} refuses by {ending['rule']} '{text}', which {place} hands out"
        yield error(ending["place"], what)
    if stock := _OF_STOCK.fullmatch(served.rule("Require")):
        sections = places(site, daemon.files, r"^\s*<Directory\s")
        others = [each for each in sections if site.has(each.path)]
        what = f"{daemon.called} refuses by {stock['rule']}, which Debian has, '{text}'"
        where = str(others[0]) if others else place
        yield error(where, f"{what}: no other section is for {served.directory}")
