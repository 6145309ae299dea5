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
from harness.plan.expected_path import address, loader_file
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
    adds_only: bool = False
    """Whether it gives no addresses: a proxy DHCP server, which may be beside one that does."""

    @classmethod
    def of(cls, message: DhcpMessage) -> "DhcpServer":
        """Give who has sent a message."""
        return cls(message.server, message.server_mac, message.server_id, message.adds_only)

    def __str__(self) -> str:
        """Give address and MAC address."""
        return f"{self.address} ({self.mac}{', by proxy DHCP' if self.adds_only else ''})"


def server_macs(boot: Boot) -> dict[str, int]:
    """Give the MAC addresses behind the site's own addresses, and a frame for each."""
    own = boot.site.server.addresses
    found: dict[str, int] = {}
    for message in boot.of(DhcpMessage):
        if message.server in own:
            found.setdefault(message.server_mac, message.frame)
    for fetch in boot_fetches(boot.wire, boot.mac):
        if fetch.server in own:
            found.setdefault(fetch.server_mac, fetch.frame)
    return found


def strangers(boot: Boot) -> Iterator[str]:
    """Say which servers, routers and machines had no business to answer."""
    if not boot.knows_servers:
        return
    own_macs = server_macs(boot)
    for family in Family:
        yield from _strange_dhcp(boot, family, own_macs)
    if len(own_macs) > 1:
        names = ", ".join(f"{name} (frame {frame})" for name, frame in own_macs.items())
        yield f"several machines answer for the boot server's address: {names}"
    yield from _strange_routers(boot, own_macs)
    said: set[tuple[str, str]] = set()
    for fetch in boot_fetches(boot.wire, boot.mac):
        host = fetch.host_name if isinstance(fetch, HttpExchange) else ""
        is_ours = fetch.server == address(boot.site, fetch.family)
        asked = (file_of(fetch), fetch.server)
        if not (is_ours or asked in said or {host, fetch.server} & boot.site.outside.keys()):
            said.add(asked)
            yield (
                f"{file_of(fetch)} was asked of {fetch.server} (frame {fetch.frame}), which is not "
                f"the site's server{where_asked_of(boot, fetch.server)}"
            )


def _strange_dhcp(boot: Boot, family: Family, own_macs: dict[str, int]) -> Iterator[str]:
    answered: dict[DhcpServer, int] = {}
    for message in boot.of(DhcpMessage):
        if message.family is family and message.kind.from_server:
            answered.setdefault(DhcpServer.of(message), message.frame)
    servers = dict(sorted(answered.items(), key=lambda item: item[0].mac not in own_macs))
    promised = [each for each in servers if each.mac in own_macs]
    if len(servers) > 1 and (promised != list(servers) or not _are_both(boot, promised)):
        count = {2: "two", 3: "three"}.get(len(servers), str(len(servers)))
        names = ", ".join(map(str, servers))
        if len({str(server) for server in servers}) < len(servers):
            names = ", ".join(f"{server} as {server.identifier}" for server in servers)
        yield f"{count} {DHCP_NAME[family]} servers answered: {names}"
    for server, frame in servers.items():
        wrong_name = family is Family.IPV4 and server.identifier != address(boot.site, family)
        line = line_told(boot, Role.dhcp(family), "server identifier", (server.identifier,))
        if wrong_name and line is not None:
            who = boot.server(Role.dhcp(family)).called
            yield (
                f"{who} calls itself {server.identifier} ({line}), which is not the boot server's "
                f"address (frame {frame})"
            )
        elif wrong_name or (own_macs and server.mac not in own_macs):
            yield (
                f"the {DHCP_NAME[family]} server {server}, which answered first in frame {frame}, "
                f"is not the site's; {_taken(boot, server)}"
            )


def _are_both(boot: Boot, servers: Sequence[DhcpServer]) -> bool:
    """Whether these are no more than whom the site runs: who gives addresses, and a proxy."""
    has_proxy = boot.daemons.by_role(Role.PROXY_DHCP) is not None
    kinds = [each.adds_only for each in servers]
    return len(set(kinds)) == len(kinds) and (has_proxy or not any(kinds))


def _taken(boot: Boot, server: DhcpServer) -> str:
    for message in boot.of(DhcpMessage):
        if message.kind.grants and DhcpServer.of(message) == server:
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
    line = line_told(boot, answer.role, matter, (value,)) if value else None
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
    own = address(site, Family.IPV4)
    if not answer.bootfile:
        yield f"handed out no bootfile @, the site expects '{wanted}'"
    elif name.lstrip("/") != wanted.lstrip("/"):
        fault = name_fault(answer.bootfile)
        form = f": {fault}" if fault else ""
        yield f"handed out bootfile '{answer.bootfile}' @, the site expects '{wanted}'{form}"
    elif _is_elsewhere(host, site):
        yield f"sent the client to {host} @, which is not the site's server"
    elif not request.is_ipxe:
        yield from _firmware_faults(answer, path, site, scheme)
    elif answer.next_server not in ("", own):
        # A script may ask it for the machine's own script.
        yield f"named next-server {answer.next_server} @ to iPXE, the site's server is {own}"


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
    return own is not None and str(own) not in site.server.addresses


def _firmware_faults(answer: DhcpMessage, path: BootPath, site: Site, scheme: str) -> Iterator[str]:
    bare_name = path.protocol is Protocol.TFTP and path.family is Family.IPV4
    if scheme not in (("",) if bare_name else _SCHEMES[path.protocol]):
        yield f"handed out '{answer.bootfile}' @, which is not fetched over {path.protocol.value}"
    if path.protocol is Protocol.HTTP and not answer.vendor_class.startswith(VENDOR_CLASS_HTTP):
        yield (
            f"answered without vendor class {VENDOR_CLASS_HTTP} @, so UEFI HTTP Boot passes its "
            "answer over"
        )
    own = address(site, Family.IPV4)
    if bare_name and answer.next_server not in ("", own):
        yield f"named next-server {answer.next_server} @, the site's server is {own}"
