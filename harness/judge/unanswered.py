"""Who asked and got no answer, and what is known of the daemon that should have given it."""

from collections.abc import Iterator, Sequence
from ipaddress import IPv6Interface, IPv6Network

from harness.daemon_facts import Daemon
from harness.judge.boot import Boot
from harness.judge.own_fault import made_faults
from harness.judge.told_otherwise import told_otherwise
from harness.judge.where import bracketed, where_named, where_told
from harness.model import Family, Role
from harness.plan.expected_path import served_families
from harness.site.server import RELAYS
from harness.step import DHCP_NAME
from harness.witness.journal import DaemonLife, RelayLogged
from harness.witness.wire import DhcpMessage, Prefix, RouterAdvertisement, WireEvent

_NO_ADDRESSES = "NoAddrsAvail"
_CALLED = {RELAYS[Family.IPV4]: "the relay", RELAYS[Family.IPV6]: "the DHCPv6 relay"}


def unanswered(boot: Boot) -> Iterator[str]:
    """Say who asked and got no answer on this path, and who never asked."""
    path = boot.path
    if not any(True for _ in boot.of(WireEvent)):
        if made_faults(boot):
            return  # who cut it off is told
        yield (
            f"nothing from {boot.mac} was on the wire: the machine never came to its network boot, "
            "or its NIC has no link"
        )
        return
    asked = {event.family for event in boot.of(DhcpMessage) if event.is_boot_request}
    # One that was told something else may have ended before it came to all that it asks.
    is_whole = boot.is_planned or not any(told_otherwise(boot))
    for family in boot.needed_families:
        if family in boot.site.server.families:  # else it was alone to speak it
            yield from _unanswered(boot, family)
        # Of a boot that is held to a text, the step that it lacks is told.
        if boot.is_planned and path.loader is not None and family not in asked:
            yield f"the machine never asked {DHCP_NAME[family]} for what to boot"
    if Family.IPV6 in boot.needed_families and is_whole:
        yield from _routers(boot)


def unanswered_beside(boot: Boot) -> Iterator[str]:
    """Say who got no answer in a family that is served, but is not this path's.

    iPXE asks in both. A boot that needs only one is right without the other, and tells.
    """
    served = served_families(boot.site)
    for family in served:
        if family not in boot.needed_families:
            yield from _unanswered(boot, family)
    if Family.IPV6 not in boot.needed_families and Family.IPV6 in served:
        yield from _routers(boot)


def end_of(boot: Boot, daemon: str, *, by_s: float) -> str:
    """Say that somebody had ended a daemon by then; "" when it ran, or nobody knows."""
    if (end := last_end(boot, daemon, by_s=by_s)) is None:
        return ""
    ended_s, what = end
    name, frame = _CALLED.get(daemon) or boot.called(daemon), boot.frame_before(ended_s)
    if frame is None:
        return f"{name} was {what} before this machine asked for anything"
    return f"{name} was {what} after frame {frame}"


def last_end(boot: Boot, daemon: str, *, by_s: float) -> tuple[float, str] | None:
    """Give when and how a daemon had ended by then; None when it ran, or nobody knows."""
    lives = [
        (life.time_s, life)
        for life in boot.journal.of(DaemonLife)
        if life.daemon == daemon and life.time_s is not None and life.time_s <= by_s
    ]
    if not lives or lives[-1][1].serves:
        return None
    ended_s, life = lives[-1]
    return ended_s, life.what


def _routers(boot: Boot) -> Iterator[str]:
    site = boot.site
    router = boot.daemons.by_role(Role.RA)
    advertisements = tuple(boot.wire.of(RouterAdvertisement))
    if router is None and not advertisements and boot.learned and any(boot.learned.of("router")):
        where = bracketed(where_told(boot, Role.DHCPV6, "advertises", ()))
        yield f"no router advertisement was on the wire: nobody on the server sends any{where}"
    if router is None or site.server.ipv6 is None:
        return
    ended = end_of(boot, router.name, by_s=boot.first_s)
    if not (ended or advertisements or _listens(boot)):
        return  # it has done without, and routers speak to nobody in particular
    if ended or not advertisements:
        why = f": {ended}" if ended else f": {router.called} is silent"
        where = "" if ended else bracketed(where_told(boot, Role.RA, "advertises", ()))
        yield f"no router advertisement was on the wire{why}{where}"
        return
    first = advertisements[0]
    place = f"the router advertisement of {first.server} (frame {first.frame})"
    if not any(each.managed for each in advertisements) and Family.IPV6 in served_families(site):
        where = bracketed(where_told(boot, Role.RA, "managed", ()))
        yield f"{place} lacks the managed flag: nobody is sent to DHCPv6 for an address{where}"
    if site.relay is not None:  # the server is on no link of the machines'
        yield from _no_default_router(boot, advertisements)
        return
    prefixes = [prefix for each in advertisements for prefix in each.prefixes]
    if fault := _prefix_fault(boot, site.server.ipv6, prefixes):
        yield f"{place} {fault}"


def _no_default_router(boot: Boot, advertisements: Sequence[RouterAdvertisement]) -> Iterator[str]:
    """Say that nobody leads to the server behind a relay."""
    if any(each.lifetime_s for each in advertisements):
        return
    first = advertisements[0]
    where = bracketed(where_told(boot, Role.RA, "default router", ("0",)))
    yield (
        f"the router advertisement of {first.server} (frame {first.frame}) has a lifetime of 0 s: "
        f"nobody leads to the server, which is in another network{where}"
    )


def _listens(boot: Boot) -> bool:
    """Whether it waits for a router, and has come so far: iPXE does, firmware does without."""
    if boot.payload is not None or boot.goes_by_routers:
        return boot.goes_by_routers
    has_begun = boot.path.loader is None or any(
        each.arrived and each.file == boot.nbp_file for each in boot.taken
    )
    return has_begun and bool(boot.loader.user_class) and Family.IPV6 in boot.needed_families


def _prefix_fault(boot: Boot, own: IPv6Interface, prefixes: Sequence[Prefix]) -> str:
    """Say why nobody knows that the server's address is on the link; "" where it is told."""
    unknown = f"nobody knows that the server's address {own.ip} is on the link"
    same = [each for each in prefixes if own.ip in IPv6Network(each.prefix, strict=False)]
    if any(each.on_link and each.valid_s for each in same):
        return ""
    where = bracketed(where_told(boot, Role.RA, "prefix", (str(own.network),)))
    if not same:
        others = ", ".join(dict.fromkeys(each.prefix for each in prefixes))
        told = f", and has {others}" if others else ""
        return f"lacks the prefix {own.network}{told}: {unknown}{where}"
    prefix = same[0].prefix
    matter, fault = ("valid", "for 0 s") if same[0].on_link else ("on-link", "as not on-link")
    where = bracketed(where_told(boot, Role.RA, matter, ())) or where
    return f"has the prefix {prefix} {fault}: {unknown}{where}"


def seeking(boot: Boot, family: Family, *, ipxe: bool) -> list[DhcpMessage]:
    """Give the questions by which firmware, or iPXE, looks for a DHCP server."""
    messages = (event for event in boot.of(DhcpMessage) if event.family is family)
    asked = (event for event in messages if event.kind.seeks and event.is_boot_request)
    return [event for event in asked if event.is_ipxe is ipxe]


def _unanswered(boot: Boot, family: Family) -> Iterator[str]:
    servers = boot.servers(Role.dhcp(family))
    messages = [event for event in boot.of(DhcpMessage) if event.family is family]
    # Who only adds a boot file to another server's offer makes none.
    offers = (e for e in messages if e.kind.proposes and not e.status and not e.adds_only)
    proposed = {event.xid for event in offers}
    refused = [event for event in messages if event.kind.from_server and event.status]
    for ipxe in (False, True):
        asked = seeking(boot, family, ipxe=ipxe)
        if not asked or any(event.xid in proposed for event in asked):
            continue
        xids = {event.xid for event in asked}
        answer = next((event for event in refused if event.xid in xids), None)
        ends = {each.name: end_of(boot, each.name, by_s=asked[0].time_s) for each in servers}
        left = [each for each in servers if not ends[each.name]]
        ended = " and ".join(filter(None, ends.values()))
        if answer is not None:
            yield _refused(boot, boot.server(Role.dhcp(family), answer.server), answer)
        elif not left:
            yield f"{ended}: {_no_offer(asked)}"
        elif relay := _relay_end(boot, family, by_s=asked[0].time_s):
            yield f"{relay}: {_no_offer(asked)}"
        else:
            remark = "; ".join(dict.fromkeys(_remark(boot, each, asked) for each in left))
            yield f"{ended}: {remark}" if ended else remark


def _relay_end(boot: Boot, family: Family, *, by_s: float) -> str:
    """Say that somebody had ended what relays DHCP to the server; "" where nothing does."""
    relay = boot.site.relay
    return "" if relay is None else end_of(boot, RELAYS[family], by_s=by_s)


def _refused(boot: Boot, server: Daemon, answer: DhcpMessage) -> str:
    said = f' ("{answer.status_text}")' if answer.status_text else ""
    what = f"{server.called} answers {answer.status}{said} (frame {answer.frame})"
    if server.no_subnet and server.no_subnet in answer.status_text:
        return f"{_no_subnet(boot, server, answer.family)}: {what}"
    if answer.status == _NO_ADDRESSES:
        pool = _pool(boot, server, answer.family)
        return _limited(boot, server, f"{pool} has no free address: {what}")
    return what


def _no_offer(asked: list[DhcpMessage]) -> str:
    first = asked[0]
    offer = "offer" if first.family is Family.IPV4 else "advertisement"
    word = first.kind.value
    name = word.upper() if first.family is Family.IPV4 else word.capitalize()
    who = "iPXE's" if first.is_ipxe else "the firmware's"
    return (
        f"no {DHCP_NAME[first.family]} {offer}: {len(asked)} of {who} {name}s unanswered "
        f"(from frame {first.frame})"
    )


def _remark(boot: Boot, server: Daemon, asked: list[DhcpMessage]) -> str:
    family, unanswered = asked[0].family, _no_offer(asked)
    are_several = len(boot.servers(Role.dhcp(family))) > 1
    lines = [
        event
        for event in boot.logged(family)
        if event.kind.seeks and (event.daemon == server.name or not are_several)
    ]
    remark = next((event.remark for event in reversed(lines) if event.remark), "")
    program = server.program
    if server.no_subnet and server.no_subnet in remark:
        unknown = _no_subnet(boot, server, family)
        return f"{unknown}: {unanswered}; {program} says: {remark}"
    if server.no_free_lease and server.no_free_lease in remark:
        free = f"{_pool(boot, server, family)} has no free lease"
        return _limited(boot, server, f"{free}: {unanswered}; {program} says: {remark}")
    accepts = server.acceptance
    rule = accepts.line_against(boot.mac) or " and ".join(accepts.by_class)
    said = f"{unanswered}; {program} says: {remark}" if remark else unanswered
    if rule and remark in ("", *server.turned_away):
        return f"{rule}: {said}{_nearly(boot, server)}"
    if remark:
        return said
    if not boot.journal.events:  # there is no log
        return unanswered
    logged = f"{program} logged them" if lines else f"{program}'s log has none of them"
    return f"{unanswered}; {logged}{_relayed(boot, server, asked)}"


def _no_subnet(boot: Boot, server: Daemon, family: Family) -> str:
    """Say that a server has no addresses for the network that machines are in."""
    role, relay = Role.dhcp(family), boot.site.relay
    own = (relay or boot.site.server).address(family)
    through = " behind the relay" if relay is not None else ""
    network = "" if own is None else f", {own.network}{through}"
    where = bracketed(where_told(boot, role, "gives", server.pool(role).split(" to ")))
    return f"no subnet of {server.called} is the machines' network{network}{where}"


def _relayed(boot: Boot, server: Daemon, asked: Sequence[DhcpMessage]) -> str:
    """Say whether the relay before the server has passed the machine's questions on."""
    if boot.site.relay is None:
        return ""
    clients = {boot.mac, *(each.client for each in asked if each.client)}
    has_passed = any({each.mac, each.client} & clients for each in boot.journal.of(RelayLogged))
    if not has_passed:
        return "; the relay has passed none of them on"
    deaf = server.hears_no_relay
    hears = f"; {deaf}: it hears groups there, and nothing sent to its address" if deaf else ""
    return f"; the relay passed them on{hears}"


def _pool(boot: Boot, server: Daemon, family: Family) -> str:
    """Name the addresses that a server may give, and where its configuration says so."""
    role = Role.dhcp(family)
    pool = server.pool(role)
    return f"the pool {pool}{bracketed(where_told(boot, role, 'gives', pool.split(' to ')))}"


def _limited(boot: Boot, server: Daemon, what: str) -> str:
    """Say first by which rules a server may have nothing for this machine, though it has some."""
    against = server.acceptance.line_against(boot.mac)
    rules = (against,) if against else server.acceptance.limits
    return f"{' and '.join(rules)}: {what}{_nearly(boot, server)}" if rules else what


def _nearly(boot: Boot, server: Daemon) -> str:
    """Say which host has the machine's MAC address but for a digit: that may be mistyped."""
    for mac in server.acceptance.macs:
        if len(mac) == len(boot.mac) and _is_a_slip(mac, boot.mac):
            return f"; {mac}{where_named(boot, mac)} is nearly this machine's address, {boot.mac}"
    return ""


def _is_a_slip(written: str, meant: str) -> bool:
    """Whether one digit is another, or two beside each other are swapped."""
    pairs = zip(written.replace(":", ""), meant.replace(":", ""), strict=True)
    other = [(n, *pair) for n, pair in enumerate(pairs) if pair[0] != pair[1]]
    match other:
        case [_]:
            return True
        case [(first, a, b), (second, c, d)]:
            return second == first + 1 and (a, b) == (d, c)
        case _:
            return False
