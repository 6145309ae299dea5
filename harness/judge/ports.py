"""Who was asked and did not let anybody ask: ports on which nobody listens, addresses of nobody."""

from collections.abc import Iterator

from harness.daemon_facts import Daemon
from harness.judge.boot import Boot
from harness.judge.unanswered import end_of
from harness.judge.where import bracketed, line_told, where_asked_of, where_named
from harness.model import ISCSI_PORT, Family, Role
from harness.site.places import setting_lines
from harness.step import IP_NAME
from harness.witness.wire import (
    DhcpMessage,
    DnsLookup,
    HttpExchange,
    IscsiLogin,
    Refusal,
    TftpTransfer,
    Unheard,
    WireEvent,
)

_TFTP = 69
_ROLES = {53: Role.DNS, _TFTP: Role.TFTP, 80: Role.HTTP, ISCSI_PORT: Role.ISCSI}
"""By the port that clients ask: a refusal of it means that nobody fills the role."""
_TCP = "tcp"
_ROUTER = "router"
"""As options of DHCP are called."""


def refusals(boot: Boot) -> Iterator[str]:
    """Say which ports of the site's server nobody listens on, and nobody did later."""
    for event in refused_ports(boot):
        if not _served_later(boot, event):
            yield refused(boot, event)
    yield from _other_ports(boot)


def unheard(boot: Boot) -> Iterator[str]:
    """Say which ports gave no answer, and which addresses nobody has."""
    for event in boot.of(Unheard):
        if _is_spare_router(boot, event):
            continue
        vain = f"{event.times} {event.what} unanswered (from frame {event.frame})"
        is_servers = event.server in boot.site.addresses
        role = _role(boot, event.port, event.server)
        if not event.port:
            host = boot.site.host_at(event.server)
            whose = f"{host or 'the server'}'s address " if is_servers else ""
            yield f"nobody has {whose}{event.server}{where_named(boot, event.server)}: {vain}"
        elif event.is_to_all:
            where = where_asked_of(boot, event.server, event.port)
            yield (
                f"the machine takes {event.server}{where} for its network's broadcast address: it"
                f" asks everybody on the link, and no server takes TCP so: {vain}"
            )
        elif not is_servers:
            where = where_asked_of(boot, event.server, event.port)
            yield (
                f"{event.server} port {event.port}{where} does not answer"
                f"{_whose(boot, 'and is')}: {vain}"
            )
        elif role is not None:
            yield (
                f"the {role.called} does not answer: {event.server} port {event.port} over "
                f"{IP_NAME[event.family]}, {vain}: a filter drops them"
            )


def _is_spare_router(boot: Boot, event: Unheard) -> bool:
    """Whether a router was looked for that a lab need not have: what came later came without it."""
    if event.port or event.server in boot.site.server.addresses:
        return False
    later = (each.first.frame > event.last_frame for each in boot.taken if each.arrived)
    answers = (option for each in boot.of(DhcpMessage) for option in each.options)
    is_router = any(e.name == _ROUTER and event.server in e.value.split() for e in answers)
    return is_router and any(later)


def refused(boot: Boot, event: Refusal) -> str:
    """Say that nobody listened on a port, and who had ended the daemon that should."""
    role = _role(boot, event.port, event.server) or _ROLES[event.port]
    daemon = boot.server(role, event.server)
    why = _is_elsewhere(boot, daemon, event) or (
        end_of(boot, daemon.name, by_s=event.time_s) or _listens(boot, daemon, event)
    )
    does = "does not listen" if event.is_closed else "is not reached"
    return (
        f"the {role.called} {does}: {event.server} port {event.port} over "
        f"{IP_NAME[event.family]}, {event.why} (frame {event.frame}){f'; {why}' if why else ''}"
    )


def refused_ports(boot: Boot) -> Iterator[Refusal]:
    """Give the first refusal of each port of the site's server that one of its daemons has."""
    own = boot.site.addresses
    found = (each for each in _first_refusals(boot) if each.server in own)
    return (each for each in found if _role(boot, each.port, each.server) is not None)


def _is_elsewhere(boot: Boot, daemon: Daemon, event: Refusal) -> str:
    """Say on which other host of the site's a daemon runs, and who has sent the machine here."""
    if not daemon.addresses or event.server in daemon.addresses:
        return ""
    own = [each for each in sorted(daemon.addresses) if Family.of(each) is event.family]
    line = line_told(boot, Role.DHCPV4, "next-server", (event.server,))
    told = bracketed("" if line is None or event.port != _TFTP else str(line))
    where = told or where_asked_of(boot, event.server, event.port)
    return f"{daemon.called} is {' and '.join(own) or 'not there over this family'}{where}"


def _first_refusals(boot: Boot) -> Iterator[Refusal]:
    said: set[tuple[str, int]] = set()
    for event in boot.of(Refusal):
        key = (event.server, event.port)
        if key not in said:
            said.add(key)
            yield event


def _role(boot: Boot, port: int, server: str) -> Role | None:
    """Say whose port of a host's it is here: the web server's by its own settings."""
    heard_on = _ports(boot.server(Role.HTTP, server))
    role = _ROLES.get(port)
    if port in heard_on:
        return Role.HTTP
    return None if role is Role.HTTP and heard_on else role


def _listens(boot: Boot, daemon: Daemon, event: Refusal) -> str:
    """Say where a daemon is told to listen instead; "" where it is told to listen there."""
    if any(each.port in (0, event.port) and each.hears(event.server) for each in daemon.serves):
        return ""
    places = (
        f"{f'[{each.address}]' if ':' in each.address else each.address}:{each.port}"
        if each.address
        else f"port {each.port}"
        for each in daemon.serves
        if each.port
    )
    told = " and ".join(dict.fromkeys(places))
    lines = setting_lines(boot.site, daemon.files, daemon.settings.get("listens", ()))
    where = bracketed(lines or daemon.configuration)
    return f"{daemon.called} listens on {told}{where}" if told else ""


def _ports(daemon: Daemon) -> frozenset[int]:
    return frozenset(each.port for each in daemon.serves if each.port)


def _other_ports(boot: Boot) -> Iterator[str]:
    """Say which port was asked that none of the site's daemons has, and where it is named."""
    if boot.is_up and boot.is_planned:
        return  # a script may try another way, and go on by the one that is promised
    for event in _first_refusals(boot):
        is_own = event.server in boot.site.addresses
        if event.transport != _TCP or (
            is_own and _role(boot, event.port, event.server) is not None
        ):
            continue
        where = where_asked_of(boot, event.server, event.port)
        what = f"{event.server} port {event.port}{where}"
        how = f"{event.why} over {IP_NAME[event.family]} (frame {event.frame})"
        listens = _listens(boot, boot.server(Role.HTTP, event.server), event)
        if not is_own:
            yield f"{what} is not to be had{_whose(boot, 'and')}: {how}"
        elif where or not boot.is_up:
            yield f"nobody listens on {what}: {how}{f'; {listens}' if listens else ''}"


def _whose(boot: Boot, joined: str) -> str:
    """Say that a server is not the site's, where that is known."""
    return f", {joined} not the site's server" if boot.knows_servers else ""


def _served_later(boot: Boot, refusal: Refusal) -> bool:
    role = _role(boot, refusal.port, refusal.server)
    return any(
        _is_given(event, role)
        for event in boot.of(WireEvent)
        if event.frame >= refusal.frame and event.family is refusal.family
    )


def _is_given(event: WireEvent, role: Role | None) -> bool:
    if isinstance(event, DnsLookup):
        return role is Role.DNS and event.rcode is not None
    if isinstance(event, IscsiLogin):
        return role is Role.ISCSI and event.status == 0
    if isinstance(event, TftpTransfer):
        return role is Role.TFTP and event.outcome.arrived
    return isinstance(event, HttpExchange) and role is Role.HTTP and event.outcome.arrived
