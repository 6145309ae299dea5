"""Who answered: DHCP servers, routers, and the machines that files came from."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from harness.judge.boot import Boot
from harness.judge.where import line_told, where_asked_of
from harness.machines import BootPath
from harness.model import (
    PROXY_DHCP_PORT,
    VENDOR_CLASS_HTTP,
    Family,
    Protocol,
    Role,
    read_address,
)
from harness.plan.expected_path import loader_file
from harness.site import Site
from harness.site.url import name_fault
from harness.step import DHCP_NAME
from harness.witness.taken_path import boot_fetches, file_of
from harness.witness.wire import DhcpMessage, HttpExchange, RouterAdvertisement

_SCHEMES = {Protocol.TFTP: ("tftp",), Protocol.HTTP: ("http", "https")}
"""Of the URLs that firmware fetches by each."""


@dataclass(frozen=True)
class DhcpServer:
    """A DHCP server, as far as its messages tell it from another."""

    address: str
    mac: str
    identifier: str
    """DHCPv4's server identifier, DHCPv6's DUID."""
    host: str = ""
    """Which of the site's further hosts it is."""
    adds_only: bool = False
    """Whether it gives no addresses: a proxy DHCP server, which may be beside one that does."""

    @classmethod
    def of(cls, boot: Boot, message: DhcpMessage) -> "DhcpServer":
        """Give who has sent a message."""
        return cls(
            message.server,
            message.server_mac,
            message.server_id,
            host_behind(boot, message),
            message.adds_only,
        )

    def __str__(self) -> str:
        """Give address and MAC address."""
        return f"{self.address} ({self.mac}{', by proxy DHCP' if self.adds_only else ''})"


def server_macs(boot: Boot) -> dict[str, int]:
    """Give the MAC addresses behind the site's own addresses, and a frame for each."""
    return {mac: frame for macs in _macs_by_host(boot).values() for mac, frame in macs.items()}


def _macs_by_host(boot: Boot) -> dict[str, dict[str, int]]:
    """Give them by the host whose address it is; "" is the boot server."""
    own, known = boot.site.addresses, boot.site.macs
    found: dict[str, dict[str, int]] = {}
    for event in (*boot.of(DhcpMessage), *boot_fetches(boot.wire, boot.mac)):
        host = known.get(event.server_mac)
        if event.server in own or host is not None:
            host = boot.site.host_at(event.server) if event.server in own else host
            found.setdefault(host or "", {}).setdefault(event.server_mac, event.frame)
    return found


def host_behind(boot: Boot, message: DhcpMessage) -> str:
    """Give which of the site's further hosts has sent an answer; "": none of them.

    DHCPv6 is answered from an address of the link's, which tells nothing.
    """
    return boot.site.macs.get(message.server_mac, boot.site.host_at(message.server))


def strangers(boot: Boot) -> Iterator[str]:
    """Say which servers, routers and machines had no business to answer."""
    if not boot.knows_servers:
        return
    own_macs = server_macs(boot)
    for family in Family:
        yield from _strange_dhcp(boot, family, own_macs)
    for host, macs in _macs_by_host(boot).items():
        if len(macs) > 1:
            names = ", ".join(f"{name} (frame {frame})" for name, frame in macs.items())
            whose = f"{host}'s" if host else "the boot server's"
            yield f"several machines answer for {whose} address: {names}"
    yield from _strange_routers(boot, own_macs)
    said: set[tuple[str, str]] = set()
    for fetch in boot_fetches(boot.wire, boot.mac):
        host = fetch.host_name if isinstance(fetch, HttpExchange) else ""
        is_ours = fetch.server in boot.site.addresses
        asked = (file_of(fetch), fetch.server)
        if not (is_ours or asked in said or {host, fetch.server} & boot.site.outside.keys()):
            said.add(asked)
            yield (
                f"{file_of(fetch)} was asked of {fetch.server} (frame {fetch.frame}), which is not "
                f"{_the_servers(boot.site)}{where_asked_of(boot, fetch.server)}"
            )


def _strange_dhcp(boot: Boot, family: Family, own_macs: dict[str, int]) -> Iterator[str]:
    answered: dict[DhcpServer, int] = {}
    for message in boot.of(DhcpMessage):
        if message.family is family and message.kind.from_server:
            answered.setdefault(DhcpServer.of(boot, message), message.frame)
    servers = dict(sorted(answered.items(), key=lambda item: item[0].mac not in own_macs))
    promised = [each for each in servers if each.mac in own_macs]
    if len(servers) > 1 and (
        promised != list(servers) or not _are_promised(boot, family, promised)
    ):
        count = {2: "two", 3: "three"}.get(len(servers), str(len(servers)))
        names = ", ".join(map(str, servers))
        if len({str(server) for server in servers}) < len(servers):
            names = ", ".join(f"{server} as {server.identifier}" for server in servers)
        yield f"{count} {DHCP_NAME[family]} servers answered: {names}"
    for server, frame in servers.items():
        role, own = Role.dhcp(family), boot.site.server_at(server.address).addresses
        wrong_name = family is Family.IPV4 and server.identifier not in own
        named = (server.identifier,)
        line = line_told(boot, role, "server identifier", named, server=server.address)
        if wrong_name and line is not None:
            whose = server.host or "the boot server"
            yield (
                f"{boot.server(role, server.address).called} calls itself {server.identifier} "
                f"({line}), which is not {whose}'s address (frame {frame})"
            )
        elif wrong_name or (own_macs and server.mac not in own_macs):
            yield (
                f"the {DHCP_NAME[family]} server {server}, which answered first in frame {frame}, "
                f"is not the site's; {_taken(boot, server)}"
            )


def _are_promised(boot: Boot, family: Family, servers: Sequence[DhcpServer]) -> bool:
    """Whether these are no more than whom the site runs: on each host one, and a proxy."""
    seen = [(each.host, each.adds_only) for each in servers]
    promised = {
        (daemon.host, adds_only)
        for adds_only, role in ((False, Role.dhcp(family)), (True, Role.PROXY_DHCP))
        for daemon in boot.daemons.filling(role)
    }
    return len(set(seen)) == len(seen) and promised.issuperset(seen)


def _the_servers(site: Site) -> str:
    return "a server of the site's" if site.hosts else "the site's server"


def _taken(boot: Boot, server: DhcpServer) -> str:
    for message in boot.of(DhcpMessage):
        if message.kind.grants and DhcpServer.of(boot, message) == server:
            return f"the machine took its {'boot file' if server.adds_only else 'lease'}"
    return "the machine did not take its lease"


def _strange_routers(boot: Boot, own_macs: dict[str, int]) -> Iterator[str]:
    seen: set[str] = set()
    for advertisement in boot.wire.of(RouterAdvertisement):
        router = advertisement.server_mac
        if own_macs and router not in own_macs and router not in seen:
            seen.add(router)
            yield (
                f"a router that is not the site's advertises itself: {advertisement.server} "
                f"({router}, frame {advertisement.frame})"
            )


def wrong_answers(boot: Boot) -> Iterator[str]:
    """Say what the DHCP servers handed out that the site does not expect, each thing once."""
    asked = {each.transaction: each for each in boot.of(DhcpMessage) if each.is_boot_request}
    said: set[tuple[str, str]] = set()
    for answer in boot.of(DhcpMessage):
        request = asked.get(answer.transaction)
        if request is None or not _says_what_to_boot(boot, answer, request):
            continue
        for what in _faults(answer, request, boot.path, boot.site):
            if (answer.server, what) not in said:
                said.add((answer.server, what))
                where = what.replace("@", f"(frame {answer.frame})", 1)
                who = f"the {DHCP_NAME[answer.family]} server {answer.server}"
                yield f"{who} {where}{_where(boot, answer, what)}"


def _where(boot: Boot, answer: DhcpMessage, what: str) -> str:
    """Give the one line of the site's that tells what is wrong in an answer, in brackets.

    What an answer lacks is lacking beside its boot file. Another server's are in no file here.
    """
    is_server = "next-server" in what
    matter, value = ("next-server", answer.next_server) if is_server else ("file", answer.bootfile)
    role, server = answer.role, answer.server
    line = line_told(boot, role, matter, (value,), server=server) if value else None
    return "" if line is None else f" ({line})"


def _says_what_to_boot(boot: Boot, answer: DhcpMessage, request: DhcpMessage) -> bool:
    """Whether firmware, or iPXE, goes by this answer.

    Beside a proxy who gives the address need name no file, and firmware takes what the proxy
    says on its own port rather than what it said before.
    """
    if not answer.kind.from_server:
        return False
    if answer.adds_only:
        return bool(answer.bootfile) and (request.is_ipxe or answer.port == PROXY_DHCP_PORT)
    has_proxy = boot.daemons.by_role(Role.PROXY_DHCP) is not None
    is_added_to = has_proxy and not answer.bootfile
    return bool(answer.address) and not is_added_to


def _faults(answer: DhcpMessage, request: DhcpMessage, path: BootPath, site: Site) -> Iterator[str]:
    """Say what is wrong with one answer to iPXE, or to the path's own firmware.

    `@` stands where the frame's number belongs.
    """
    if request.is_ipxe:
        wanted = site.script
    elif _is_own_request(request, path):
        wanted = loader_file(path, site)
    else:
        return
    scheme, host, name = _parts(answer.bootfile)
    if not answer.bootfile:
        yield f"handed out no bootfile @, the site expects '{wanted}'"
    elif name.lstrip("/") != wanted.lstrip("/"):
        fault = name_fault(answer.bootfile)
        form = f": {fault}" if fault else ""
        yield f"handed out bootfile '{answer.bootfile}' @, the site expects '{wanted}'{form}"
    elif _is_elsewhere(host, site):
        yield f"sent the client to {host} @, which is not {_the_servers(site)}"
    elif not request.is_ipxe:
        yield from _firmware_faults(answer, path, site, scheme)
    elif answer.next_server and answer.next_server not in site.addresses:
        # A script may ask it for the machine's own script.
        are = _are(site, site.addresses)
        yield f"named next-server {answer.next_server} @ to iPXE, {are}"


def _is_own_request(request: DhcpMessage, path: BootPath) -> bool:
    """Whether the path's own firmware asks; what it tries afterwards is answered otherwise."""
    return (
        path.loader is not None
        and request.family is path.family
        and request.client_arch == path.client_arch
        and request.vendor_class.startswith(path.vendor_class)
    )


def _parts(bootfile: str) -> tuple[str, str, str]:
    """Take a bootfile apart: scheme and host, "" in a bare name, and the file."""
    try:
        url = urlsplit(bootfile)
    except ValueError:
        return "", "", bootfile
    return (url.scheme, url.hostname or "", url.path) if url.scheme else ("", "", bootfile)


def _is_elsewhere(host: str, site: Site) -> bool:
    own = read_address(host)
    return own is not None and str(own) not in site.addresses


def _are(site: Site, addresses: frozenset[str]) -> str:
    """Say which servers of the site's are meant, by their IPv4 addresses."""
    own = sorted(each for each in addresses if Family.of(each) is Family.IPV4)
    return f"the site's server{'s are' if len(own) > 1 else ' is'} {' and '.join(own)}"


def _firmware_faults(answer: DhcpMessage, path: BootPath, site: Site, scheme: str) -> Iterator[str]:
    bare_name = path.protocol is Protocol.TFTP and path.family is Family.IPV4
    if scheme not in (("",) if bare_name else _SCHEMES[path.protocol]):
        yield f"handed out '{answer.bootfile}' @, which is not fetched over {path.protocol.value}"
    if path.protocol is Protocol.HTTP and not answer.vendor_class.startswith(VENDOR_CLASS_HTTP):
        yield (
            f"answered without vendor class {VENDOR_CLASS_HTTP} @, so UEFI HTTP Boot passes its "
            "answer over"
        )
    serving = site.daemon_facts.filling(Role.TFTP)
    own = frozenset[str]().union(*(each.addresses for each in serving)) or site.addresses
    if bare_name and answer.next_server and answer.next_server not in own:
        yield f"named next-server {answer.next_server} @, {_are(site, own)}"
