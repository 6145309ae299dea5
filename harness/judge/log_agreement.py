"""The second witness: whether the daemons' logs tell the same as the wire."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import replace

from harness.daemon_facts import Daemon
from harness.judge.boot import Boot
from harness.judge.servers import host_behind, server_macs
from harness.judge.where import where_told
from harness.model import Family, Role
from harness.site.approved import edits
from harness.step import DHCP_NAME
from harness.witness.eui64 import mac_of
from harness.witness.journal import HttpServed, ProxyLogged, TftpAsked
from harness.witness.taken_path import BOOT_AGENTS, boot_fetches
from harness.witness.wire import (
    DhcpKind,
    DhcpMessage,
    HttpExchange,
    Outcome,
    TftpTransfer,
    WireEvent,
)

_LEASES = {Family.IPV4: DhcpKind.ACK, Family.IPV6: DhcpKind.REPLY}
_LOGGED = frozenset({Outcome.COMPLETE, Outcome.SENT, Outcome.REFUSED, Outcome.REDIRECTED})
"""A web server writes its line when the last byte has gone."""
_Key = tuple[str, ...]


def contradictions(boot: Boot) -> Iterator[str]:
    """Say where wire and logs differ, about this machine."""
    for family in Family:
        for server in boot.servers(Role.dhcp(family)):
            yield from _leases(boot, family, server)
    yield from _boot_files(boot)
    yield from _downloads(boot)
    yield from _reads(boot)


def _leases(boot: Boot, family: Family, server: Daemon) -> Iterator[str]:
    """Compare acknowledged leases: a DHCP server logs each message that it sends."""
    role, kind = Role.dhcp(family), _LEASES[family]
    are_several = len(boot.servers(role)) > 1
    if role in server.logs_nothing_of:
        return
    own_macs = server_macs(boot)
    sent = [
        message
        for message in boot.of(DhcpMessage)
        if message.kind is kind and message.server_mac in own_macs
        if not are_several or host_behind(boot, message) == server.host
        if server.logs_by_transaction or _is_named(message)
        # What gives no address is a proxy's, who leases nothing.
        if message.address or (family is Family.IPV6 and not server.logs_by_transaction)
    ]
    own = (event for event in boot.logged(family) if server.name in ("", event.daemon))
    logged = [event for event in own if event.kind is kind]
    sent = _without_doubles(sent, surplus=len(sent) - len(logged))
    # More in the log does not contradict: the system that was booted leases too, and
    # the capture may end a moment before it.
    if len(sent) > len(logged):
        yield (
            f"the wire has {len(sent)} {DHCP_NAME[family]} {kind.value}s to {boot.mac}, "
            f"{server.log} has {len(logged)}"
        )
    if family is Family.IPV4:
        pairs = zip(sent, logged, strict=False)
        for message, event in pairs:
            if message.address != event.address:
                yield (
                    f"the wire has a lease of {message.address} (frame {message.frame}) that "
                    f"{server.log} has as {event.address}"
                )


def _boot_files(boot: Boot) -> Iterator[str]:
    """Compare what a proxy DHCP server added to another's addresses."""
    proxy = boot.daemons.by_role(Role.PROXY_DHCP)
    if proxy is None:
        return
    own_macs = server_macs(boot)
    sent = [e for e in boot.of(DhcpMessage) if e.adds_only and e.server_mac in own_macs]
    lines = (event for event in boot.journal.of(ProxyLogged) if event.mac == boot.mac)
    logged = [event for event in lines if event.answered]
    if len(_without_doubles(sent, surplus=len(sent) - len(logged))) > len(logged):
        yield (
            f"the wire has {len(sent)} answers of {proxy.called} without an address to {boot.mac}, "
            f"{proxy.log} has {len(logged)}"
        )


def _without_doubles(messages: list[DhcpMessage], *, surplus: int) -> list[DhcpMessage]:
    """Leave out so many frames as have come before: a network may double what was sent once."""
    kept: list[DhcpMessage] = []
    before: set[DhcpMessage] = set()
    for message in messages:
        what = replace(message, frame=0, time_s=0.0)
        if what in before and surplus > 0:
            surplus -= 1
        else:
            kept.append(message)
        before.add(what)
    return kept


def _is_named(message: DhcpMessage) -> bool:
    """Whether the log can say to whom this went: DHCPv6's has addresses, not MAC addresses."""
    return message.family is Family.IPV4 or mac_of(message.client) == message.client_mac


def _downloads(boot: Boot) -> Iterator[str]:
    """Compare HTTP requests: the k-th of a kind on the wire is the k-th in the log."""
    exchanges = [
        event
        for event in boot_fetches(boot.wire, boot.mac)
        if isinstance(event, HttpExchange) and event.status is not None
    ]
    clients = _clients(boot)
    logged: defaultdict[_Key, list[HttpServed]] = defaultdict(list)
    for served in boot.journal.of(HttpServed):
        host = _host(boot, served.daemon)
        logged[host, served.client, served.method, served.path].append(served)
    if not logged and _is_silent_as_approved(boot):
        return
    silent = "" if logged else _silenced(boot, Role.HTTP)
    for exchange in exchanges:
        host, log = boot.site.host_at(exchange.server), boot.server(Role.HTTP, exchange.server).log
        lines = logged[host, exchange.client, exchange.method, exchange.path]
        line = lines.pop(0) if lines else None
        request = f"{exchange.method} {exchange.path} of {exchange.client}"
        if exchange.outcome in _LOGGED:
            yield from _download(exchange, line, request, log + silent)
    for lines in logged.values():
        for line in lines:
            if line.client in clients and line.user_agent.startswith(BOOT_AGENTS):
                log = _log(boot, Role.HTTP, _host(boot, line.daemon))
                yield (
                    f"{log} has {line.method} {line.path} of {line.client} with "
                    f"{line.status}, the wire has not"
                )


def _download(
    exchange: HttpExchange, line: HttpServed | None, request: str, log: str
) -> Iterator[str]:
    place = f"(frame {exchange.frame})"
    if line is None:
        yield f"the wire has {request} {place}, {log} has not"
    elif line.status != exchange.status:
        got = exchange.status
        yield f"the wire has {request} with {got} {place}, {log} has {line.status}"
    elif line.bytes is not None and exchange.content_length not in (None, line.bytes):
        yield (
            f"the wire has {exchange.content_length} bytes for {request} {place}, "
            f"{log} has {line.bytes}"
        )


def _host(boot: Boot, daemon: str) -> str:
    """Give the further host on which a daemon runs that has logged something; "" for others."""
    return next((each.host for each in boot.daemons.all if each.name == daemon), "")


def _log(boot: Boot, role: Role, host: str) -> str:
    """Name the log of the daemon that fills a role on a host."""
    servers = boot.servers(role)
    return next((each for each in servers if each.host == host), servers[0]).log


def _is_silent_as_approved(boot: Boot) -> bool:
    """Whether a site was learned with a web server that keeps no log, or none that we can read."""
    settings = boot.server(Role.HTTP).settings.get("log", ())
    changed = (line for edit in edits(boot.site) for line in (*edit.old, *edit.new))
    return boot.learned is not None and not any(
        setting in line for line in changed for setting in settings
    )


def _silenced(boot: Boot, role: Role) -> str:
    """Give the setting by which a daemon writes the log that has nothing in it, in brackets."""
    told = where_told(boot, role, "log", ())
    return f" ({told})" if told else ""


def _reads(boot: Boot) -> Iterator[str]:
    silent = {each.host for each in boot.servers(Role.TFTP) if Role.TFTP in each.logs_nothing_of}
    on_wire: Counter[tuple[str, str, str]] = Counter()
    for event in boot_fetches(boot.wire, boot.mac):
        if isinstance(event, TftpTransfer):
            on_wire[boot.site.host_at(event.server), event.client, event.file] += event.requests
    clients = _clients(boot)
    logged = Counter(
        (_host(boot, event.daemon), event.client, event.file)
        for event in boot.journal.of(TftpAsked)
        if event.client in clients
    )
    for host, client, file in {**on_wire, **logged}:
        asked, noted = on_wire[host, client, file], logged[host, client, file]
        if asked != noted and host not in silent:
            yield (
                f"the wire has {asked} TFTP requests of {client} for {file}, "
                f"{_log(boot, Role.TFTP, host)} has {noted}"
            )


def _clients(boot: Boot) -> frozenset[str]:
    leased = {message.address for message in boot.of(DhcpMessage)}
    used = {event.client for event in boot.of(WireEvent)}
    return frozenset((leased | used) - {""})
