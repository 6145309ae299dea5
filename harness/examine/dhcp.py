"""What looks wrong in the answers that a site's DHCP servers are told to give."""

from collections.abc import Iterator
from ipaddress import ip_network

from harness.examine.finding import Finding, error
from harness.examine.hosts import Hosts, url_faults
from harness.examine.named import BootFile, place
from harness.model import Role
from harness.services.configuration import dhcpd
from harness.services.configuration.blocks import Statement
from harness.services.dhcpd import Dhcpd4, Dhcpd6
from harness.services.radvd import Radvd
from harness.services.registry import says
from harness.site import Site
from harness.site.said import Said, Topic

_SERVERS = ("next-server", "server-name")
_HTTPS = 443
_BRANCHES = ("if", "elsif", "else", "switch", "case")


def findings(site: Site, hosts: Hosts) -> Iterator[Finding]:
    """Go through the networks, boot files, the servers they come from, and reserved addresses."""
    yield from _networks(site)
    six = Dhcpd6.configuration(site)
    for said in says(site):
        if said.topic is Topic.BOOT_FILE:
            yield from _boot_file(site, said, hosts, is_ipv6=said.path == six)
        elif said.topic is Topic.BOOT_SERVER:
            yield from hosts.found(said.text, said.place)
        elif said.topic is Topic.ASKS:
            yield from _reserved(said, hosts)
    if Dhcpd4.name in site.daemons:
        yield from _without_server(list(dhcpd.statements(site, Dhcpd4.configuration(site))))


def _networks(site: Site) -> Iterator[Finding]:
    """Say that DHCP serves networks, and in none of them lies the boot server's own address."""
    served = [
        (ip_network(said.text), said)
        for said in says(site)
        if said.topic is Topic.NETWORK and said.path != Radvd.configured_by
    ]
    for own in site.server.interfaces:
        mine = [(network, said) for network, said in served if network.version == own.version]
        if mine and not any(own.ip in network for network, _ in mine):
            network, said = mine[0]
            what = f"the boot server's address, {own.ip}, is not in {network}, which is served here"
            yield error(said.place, f"{what}: who asks on its interface is not answered")


def _boot_file(site: Site, said: Said, hosts: Hosts, *, is_ipv6: bool) -> Iterator[Finding]:
    if "${" in said.text or "://" in said.text:
        faults = list(url_faults(said.text, said.place, hosts))
        yield from faults
        if faults or "${" in said.text:
            return
    elif is_ipv6:
        yield error(said.place, f"'{said.text}' is not a URL, which DHCPv6 hands out (RFC 5970)")
        return
    if not said.text or ("://" not in said.text and _is_elsewhere(site, hosts)):
        return
    lies = place(site, said.text)
    if lies and not site.provides(lies) and lies not in (*site.absent, *site.laid):
        yield error(said.place, f"{lies}, which is handed out here, is not there{_why(site, said)}")
    yield from _unheard(site, said, hosts)


def _is_elsewhere(site: Site, hosts: Hosts) -> bool:
    """Whether names without a server are another machine's: its TFTP server is told to clients."""
    servers = [each.text for each in says(site) if each.topic is Topic.BOOT_SERVER]
    return bool(servers) and not any(hosts.is_own(server) for server in servers)


def _reserved(said: Said, hosts: Hosts) -> Iterator[Finding]:
    is_address = said.text.replace(".", "").isdecimal() or ":" in said.text
    if not is_address and not hosts.resolves(said.text):
        what = f"nothing resolves {said.text}: the host is given another address than this one's"
        yield error(said.place, what)


def _why(site: Site, said: Said) -> str:
    """Say what may be behind a file that is not there: a name from the wrong root."""
    role = BootFile.of(said.text).role or Role.TFTP
    if (daemon := site.daemon_facts.by_role(role)) is not None:
        for directory in (each.directory for each in daemon.serves):
            if not (site.dir / directory.lstrip("/")).is_dir():
                return f": there is no directory {directory}, which {daemon.called} gives out"
    tftp = site.root_of(Role.TFTP)
    if said.text.lstrip("/").startswith(f"{tftp}/"):
        return f": /{tftp} is the TFTP server's root, and its names begin below that"
    return ""


def _unheard(site: Site, said: Said, hosts: Hosts) -> Iterator[Finding]:
    """Say that a web server does not listen on the port of a URL."""
    file = BootFile.of(said.text)
    is_https = said.text.lower().startswith("https:")
    web = site.daemon_facts.by_role(Role.HTTP)
    if is_https:
        heard_on = {each.port for each in web.serves} if web is not None else set()
        if file.host in hosts.own and _HTTPS not in heard_on:
            yield error(said.place, f"'{said.text}': no web server of the site listens for HTTPS")
    elif file.role is not Role.HTTP:
        if file.role is Role.TFTP and site.daemon_facts.by_role(Role.TFTP) is None:
            yield error(said.place, f"'{said.text}' is TFTP's, and the site has no TFTP server")
    elif web is None:
        yield error(said.place, f"'{said.text}' is HTTP's, and the site has no web server")
    elif file.host not in site.outside and web.serves:
        ports = {each.port for each in web.serves}
        if 0 not in ports and file.port not in ports:
            heard = " and ".join(map(str, sorted(ports)))
            yield error(said.place, f"'{said.text}': {web.called} listens on port {heard}")


def _without_server(statements: list[Statement]) -> Iterator[Finding]:
    """Say which file name is handed out without a server that has it (dhcpd gives 0.0.0.0)."""
    told = [_scope(each) for each in statements if _names_server(each)]
    for each in statements:
        if each.name != "filename" or len(each.words) != 2 or "://" in each.words[1]:
            continue
        scope = _scope(each)
        is_wide = not any(
            block[0] in ("subnet", "host", "shared-network", "group") for block in scope
        )
        fits = any(
            scope[: len(other)] == other or any(block[0] == "class" for block in other) or is_wide
            for other in told
        )
        if not fits:
            yield error(
                f"{each.path}:{each.line}",
                f"'{each.words[1]}' is handed out without a next-server: clients are told 0.0.0.0",
            )


def _names_server(statement: Statement) -> bool:
    return statement.name in _SERVERS or statement.words[:2] == ("option", "tftp-server-name")


def _scope(statement: Statement) -> tuple[tuple[str, ...], ...]:
    """Give the blocks that a statement stands in, without the branches of conditions."""
    blocks = (block for block in statement.inside if block and block[0] not in _BRANCHES)
    return tuple(blocks)
