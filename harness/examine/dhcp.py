"""What looks wrong in the answers that a site's DHCP servers are told to give."""

from collections.abc import Iterator
from dataclasses import replace
from ipaddress import ip_network
from typing import TypeAlias

from harness.examine.finding import Finding, error, warning
from harness.examine.hosts import Hosts, said_of, url_faults
from harness.examine.listening import unheard
from harness.examine.named import boot_servers, followed, place
from harness.examine.roots import unreachable, why_missing
from harness.model import Family, Role
from harness.services.configuration import dhcpd
from harness.services.configuration.blocks import Statement
from harness.services.dhcpd import Dhcpd4, Dhcpd6
from harness.services.kea import Kea6
from harness.services.radvd import Radvd
from harness.site import Site
from harness.site.said import Said, Topic
from harness.site.url import is_meant_as_url, name_fault

_FEW = 3
_SERVERS = ("next-server", "server-name")
_Scope: TypeAlias = tuple[tuple[str, ...], ...]
_BRANCHES = ("if", "elsif", "else", "switch", "case")


def findings(site: Site, hosts: Hosts) -> Iterator[Finding]:
    """Go through the networks, boot files, the servers they come from, and reserved addresses."""
    six = (Dhcpd6.configuration(site), *Kea6.facts(site).files)
    for said in said_of(site):
        if said.topic is Topic.BOOT_FILE:
            yield from _boot_file(site, said, hosts, is_ipv6=said.path in six)
        elif said.topic is Topic.BOOT_SERVER:
            # DHCPv6 has URLs in its place.
            yield from hosts.found(said.text, said.place, over=(Family.IPV4,))
        elif said.topic is Topic.ASKS:
            yield from _reserved(said, hosts)
    yield from _proxies(site)


def of_daemons(host: Site, site: Site) -> Iterator[Finding]:
    """Go through what the DHCP servers of one of the site's hosts are told, each for itself."""
    if site.relay is None:  # behind one nobody asks on their interface
        yield from _networks(host)
    if Dhcpd4.name in host.daemons:
        statements = list(dhcpd.statements(host, Dhcpd4.configuration(host)))
        yield from _without_server(statements)


def _networks(site: Site) -> Iterator[Finding]:
    """Say that DHCP serves networks, and in none of them lies this host's own address."""
    served = [
        (ip_network(said.text), said)
        for said in said_of(site)
        if said.topic is Topic.NETWORK and said.path != Radvd.configured_by
    ]
    for own in site.server.interfaces:
        mine = [(network, said) for network, said in served if network.version == own.version]
        if mine and not any(own.ip in network for network, _ in mine):
            network, said = mine[0]
            what = f"{_called(site)}'s address, {own.ip}, is not in {network}, which is served here"
            yield error(said.place, f"{what}: who asks on its interface is not answered")


def _called(host: Site) -> str:
    return host.within.rpartition("/")[2] or "the boot server"


def _proxies(site: Site) -> Iterator[Finding]:
    """Say that boot files are added to another server's addresses, of which a lab has none."""
    proxies = [each for each in said_of(site) if each.topic is Topic.PROXY]
    for each in proxies[:1] if site.daemon_facts.by_role(Role.DHCPV4) is None else ():
        yield error(
            each.place,
            "no addresses are handed out here (proxy DHCP): another machine does that, of which "
            "a lab has none, so nobody boots; to try the rest, make it a range of addresses",
        )


def _boot_file(site: Site, said: Said, hosts: Hosts, *, is_ipv6: bool) -> Iterator[Finding]:
    if "\0" in said.text:
        name = said.text.partition("\0")[0]
        yield warning(said.place, f"{said.text!r} ends for machines at its zero byte: '{name}'")
        return
    if fault := name_fault(said.text) if not is_meant_as_url(said.text) else "":
        yield error(said.place, f"{said.text!r}, which is handed out here: {fault}")
        return
    if "${" in said.text or is_meant_as_url(said.text):
        faults = list(url_faults(said.text, said.place, hosts))
        yield from faults
        if faults or "${" in said.text:
            return
    elif is_ipv6:
        what = f"'{said.text}' is not a URL, which DHCPv6 hands out (RFC 5970)"
        named = Dhcpd6.named_in(site)
        yield error(
            said.place, f"{what}; {named} has {Dhcpd6.called} read this file" if named else what
        )
        return
    if not said.text or ("://" not in said.text and _is_elsewhere(site, hosts, said.place)):
        return
    yield from _fetched(site, said, hosts)


def _fetched(site: Site, said: Said, hosts: Hosts) -> Iterator[Finding]:
    """Say why who asks for it gets no file, wherever a web server sends them."""
    led = followed(site, said.text, by=said.place)
    if not led.words:
        yield from _given_out(site, said, hosts)
        return
    sent = f"'{said.text}', which {said.place} hands out: {led.words}"
    if led.is_endless:
        yield error(led.place, f"{sent}: it never ends")
        return
    faults = url_faults(led.text, led.place, hosts) if led.is_told else ()
    of_led = replace(said, text=led.text)
    for each in (*faults, *_given_out(site, of_led, hosts)):
        what = each.what.replace(", which is handed out here,", "")
        yield replace(each, place=led.place, what=f"{sent}: {what}")


def _given_out(site: Site, said: Said, hosts: Hosts) -> Iterator[Finding]:
    """Say why a server of the site's own does not give a file out."""
    if faults := list(unheard(site, said.text, said.place, hosts, is_whole=True)):
        yield from faults
        return
    lies = place(site, said.text, by=said.place)
    if lies and (why := unreachable(site, said.text, lies, said.place)):
        yield error(said.place, f"{lies}, which is handed out here, does not come: {why}")
    elif lies and not site.provides(lies) and lies not in (*site.absent, *site.laid):
        why = why_missing(site, said.text, lies, said.place)
        yield error(said.place, f"{lies}, which is handed out here, is not there{why}")


def _is_elsewhere(site: Site, hosts: Hosts, by: str) -> bool:
    """Whether names without a server are another machine's: its TFTP server is told to clients."""
    servers = boot_servers(site, by)
    return bool(servers) and not any(hosts.is_own(server) for server in servers)


def _reserved(said: Said, hosts: Hosts) -> Iterator[Finding]:
    is_address = said.text.replace(".", "").isdecimal() or ":" in said.text
    if not is_address and not hosts.resolves(said.text):
        what = f"nothing resolves {said.text}: the host is given another address than this one's"
        yield error(said.place, what)


def _without_server(statements: list[Statement]) -> Iterator[Finding]:
    """Say which file name is handed out without a server that has it (dhcpd gives 0.0.0.0)."""
    told = [_scope(each) for each in statements if _names_server(each)]
    for each in statements:
        if each.name != "filename" or len(each.words) != 2 or "://" in each.words[1]:
            continue
        scope = _scope(each)
        # What is said of a network holds for the hosts in it, wherever these are declared.
        is_wide = not any(block[0] in ("subnet", "shared-network") for block in scope)
        of_host = any(block[0] in ("host", "group") for block in scope)
        if not any(_holds(other, scope, is_wide=is_wide, of_host=of_host) for other in told):
            what = f"'{each.words[1]}' is handed out without a next-server"
            yield error(each.place, f"{what}: clients are told 0.0.0.0{_nowhere(statements)}")


def _nowhere(statements: list[Statement]) -> str:
    """Say which classes and networks might have told of one: that holds for all their clients."""
    found = [
        f"{' '.join(each.words[:2])} ({each.place})"
        for each in statements
        if each.name in ("class", "subnet", "shared-network") and each.block is not None
    ]
    return f"; nor is one in {' or '.join(found)}" if 0 < len(found) <= _FEW else ""


def _holds(other: _Scope, scope: _Scope, *, is_wide: bool, of_host: bool) -> bool:
    """Whether what is said in one scope may hold for a client for whom another holds."""
    kinds = {block[0] for block in other}
    of_network = not kinds & {"host", "group"}
    return (
        scope[: len(other)] == other
        or "class" in kinds
        or (is_wide and (of_network or not of_host))
    )


def _names_server(statement: Statement) -> bool:
    return statement.name in _SERVERS or statement.words[:2] == ("option", "tftp-server-name")


def _scope(statement: Statement) -> _Scope:
    """Give the blocks that a statement stands in, without the branches of conditions."""
    blocks = (block for block in statement.inside if block and block[0] not in _BRANCHES)
    return tuple(blocks)
