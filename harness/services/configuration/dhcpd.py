"""What a dhcpd.conf says: networks, servers, boot files, hosts, each with its line."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence

from harness.daemon_facts import Acceptance
from harness.services.configuration.blocks import Statement, read, walk
from harness.site.files import Files, normal
from harness.site.said import Said, Topic, networks_in

_OPTIONS = {
    "routers": Topic.ROUTER,
    "domain-name-servers": Topic.DNS_SERVER,
    "dhcp6.name-servers": Topic.DNS_SERVER,
    "tftp-server-name": Topic.BOOT_SERVER,
    "bootfile-name": Topic.BOOT_FILE,
}
_STATEMENTS = {
    "interface": Topic.INTERFACE,
    "local-address": Topic.ADDRESS,
    "local-address6": Topic.ADDRESS,
    "next-server": Topic.BOOT_SERVER,
    "filename": Topic.BOOT_FILE,
    "secret": Topic.SECRET,
    "fixed-address": Topic.ASKS,
    "fixed-address6": Topic.ASKS,
}
_OF_HARDWARE = re.compile(r"hardware,? 1,? \d+\)+ = ([0-9a-f]{1,2}(?::[0-9a-f]{1,2})*)")
"""`substring(hardware, 1, 3) = 52:54:00`, as words."""
_FAILOVER = re.compile(
    r"\bfailover\s+peer\s+(?:\"[^\"]*\"|[\w.-]+)\s*(?:;|\{(?:#[^\n]*|[^}#])*\}[ \t]*;?)"
)
_BOOTFILE_URL = "bootfile-url"
"""How a site calls option 59 of DHCPv6, behind whatever space it puts it in."""


def statements(files: Files, path: str) -> Iterator[Statement]:
    """Give the statements of a dhcpd.conf and of what it includes."""
    return walk(read(files, path, _included))


def says(files: Files, path: str) -> Iterator[Said]:
    """Give what the file says of the server and its network."""
    for statement in statements(files, path):
        for topic, text in _said(statement):
            yield Said(topic=topic, text=text, path=statement.path, line=statement.line)


def leases(files: Files, path: str) -> bool:
    """Whether it has a network to lease in: without one dhcpd does not serve."""
    return any(each.name in ("subnet", "subnet6") for each in statements(files, path))


def without_failover(files: Files, path: str) -> dict[str, str]:
    """Give the files that name a failover peer, without that; other lines keep their numbers.

    Before its peer has spoken to it dhcpd leases nothing to anybody, and a lab has no peer.
    """
    texts = {each: files.read(each) for each in {s.path for s in statements(files, path)}}
    left = {
        each: _FAILOVER.sub(lambda found: "\n" * found[0].count("\n"), text)
        for each, text in texts.items()
    }
    return {each: text for each, text in left.items() if text != texts[each]}


def pools(files: Files, path: str) -> Iterator[str]:
    """Give the addresses that it leases to whoever asks: `a to b`, or a network's."""
    for each in statements(files, path):
        if each.name in ("range", "range6"):
            ends = [word for word in each.words[1:] if word not in ("dynamic-bootp", "temporary")]
            is_net = "/" in "".join(ends)
            yield from ends[:1] if is_net else [f"{ends[0]} to {ends[-1]}"] if ends else []


def accepts(files: Files, path: str) -> Acceptance:
    """Say whom it serves: unknown clients, those of a class, or the hosts that it has."""
    block = read(files, path, _included)
    given = tuple(walk(block))
    classes = {each.words[1]: each for each in given if each.name == "class" and each.words[1:]}
    told = {name: _class_macs(each, given) for name, each in classes.items()}
    leased = list(_leased(block, ()))
    ways = [_way_in(rules, told) for rules in leased]
    limits = tuple(dict.fromkeys(_words(each) for rules in leased for each in _limits(rules)))
    limits = limits if all(map(_limits, leased)) else ()
    hosts = tuple(mac for each in given if each.name == "host" for mac in _host_macs(each))
    refused = {mac: _words(rule) for each in given for mac, rule in _refused(each)}
    shut = _no_booting(block)
    if shut is not None:
        let_in = (each for each in given if each.name == "host" and _lets_boot(each))
        macs = tuple(mac for each in let_in for mac in _host_macs(each))
        return Acceptance(refusal=_words(shut), macs=macs, refused=refused)
    opened = [macs for macs, _ in ways if macs is not None]
    if () in opened:
        return Acceptance(macs=hosts, refused=refused, limits=limits)
    refusal = next((place for _, place in ways), f"{path} has no range to lease from")
    macs = (*hosts, *(mac for macs in opened for mac in macs))
    return Acceptance(refusal=refusal, macs=macs, refused=refused, limits=limits)


def rules_of_ranges(files: Files, path: str) -> list[tuple[Statement, ...]]:
    """Give, for each range of addresses, the rules that say for whom it is."""
    return list(_leased(read(files, path, _included), ()))


def is_for_pxe(block: Statement) -> bool:
    """Whether every machine that boots by PXE is in a class."""
    told = [each.words for each in block.block or () if each.words[:2] == ("match", "if")]
    return any("PXEClient" in words and not {"and", "not"} & set(words) for words in told)


def denies(rule: Statement, classes: Collection[str]) -> bool:
    """Whether a rule turns the members of one of these classes away."""
    return rule.name in ("deny", "ignore") and rule.words[-1] in classes


def _leased(
    block: Sequence[Statement], outer: tuple[Statement, ...]
) -> Iterator[tuple[Statement, ...]]:
    """Give, for each range, the rules that hold for it, the innermost first."""
    rules = (*(each for each in block if _is_rule(each)), *outer)
    for each in block:
        if each.name in ("range", "range6"):
            yield rules
        yield from _leased(each.block or (), rules)


def _way_in(
    rules: Sequence[Statement], told: Mapping[str, tuple[str, ...]]
) -> tuple[tuple[str, ...] | None, str]:
    """Say whom a range is for: all (), those with such addresses, or None; and by which line."""
    let_in: list[tuple[str, ...] | None] = []
    only = ""
    for each in rules:
        who = " ".join(each.words[1:]).replace("unknown clients", "unknown-clients")
        refuses, everybody = each.name != "allow", who in ("unknown-clients", "all clients")
        if everybody and not (refuses and let_in):
            return (None if refuses else ()), _words(each)
        if everybody:
            break
        if not refuses and who == "known-clients":
            let_in.append(None)
            only = only or f"{each.place} allows known clients only"
        if not refuses and who.startswith("members of"):
            let_in.append(told.get(each.words[-1], ()))
            only = only or f"{each.place} allows members of a class only"
    named = [macs for macs in let_in if macs is not None]
    if () in named or not let_in:
        return (), ""
    return (tuple(mac for macs in named for mac in macs) or None), only


def _limits(rules: Sequence[Statement]) -> list[Statement]:
    """Give those of some rules by which addresses are for some machines alone."""
    return [
        each
        for each in rules
        if each.words[-1] in ("clients", "unknown-clients") or each.words[1:3] == ("members", "of")
    ]


def _is_rule(statement: Statement) -> bool:
    is_rule = statement.name in ("allow", "deny", "ignore")
    return is_rule and statement.words[-1] not in ("booting", "bootp")


def _class_macs(block: Statement, given: Sequence[Statement]) -> tuple[str, ...]:
    """Give the MAC addresses by which a class knows its members; () when it goes by others."""
    rules = " ".join(word for each in block.block or () for word in each.words)
    begun = tuple(_OF_HARDWARE.findall(rules.lower()))
    subclasses = (each.words[1:] for each in given if each.name == "subclass")
    members = (words[1] for words in subclasses if len(words) > 1 and words[0] == block.words[1])
    whole = tuple(_padded(each[2:]) for each in members if each.startswith("1:"))
    return (*whole, *map(_padded, begun))


def _host_macs(host: Statement) -> Iterator[str]:
    if _no_booting(host.block or ()) is None:
        for each in host.block or ():
            if each.words[:2] == ("hardware", "ethernet"):
                yield from map(_padded, each.words[2:3])


def _refused(host: Statement) -> Iterator[tuple[str, Statement]]:
    """Give the MAC addresses of a host that may not boot, with the line that says so."""
    rule = _no_booting(host.block or ()) if host.name == "host" else None
    for each in host.block or ():
        if rule is not None and each.words[:2] == ("hardware", "ethernet"):
            yield from ((_padded(mac), rule) for mac in each.words[2:3])


def _no_booting(block: Sequence[Statement]) -> Statement | None:
    """Give the line of a block by which nobody boots that it holds for (dhcpd.conf(5))."""
    rules = (each for each in block if each.name in ("deny", "ignore"))
    return next((each for each in rules if each.words[-1] == "booting"), None)


def _lets_boot(host: Statement) -> bool:
    return any(each.words == ("allow", "booting") for each in host.block or ())


def _words(rule: Statement) -> str:
    return f"{rule.place} has `{' '.join(rule.words)}`"


def _padded(mac: str) -> str:
    """Write an address with two digits each: dhcpd takes `0:c:29` too."""
    return ":".join(part.zfill(2) for part in mac.lower().split(":"))


def _included(statement: Statement) -> tuple[str, ...]:
    is_one = statement.name == "include" and len(statement.words) == 2
    return (normal(statement.words[1]),) if is_one else ()


def _said(statement: Statement) -> Iterator[tuple[Topic, str]]:
    match statement.words:
        case ("subnet", address, "netmask", mask):
            yield from networks_in(f"{address}/{mask}")
        case ("subnet6", prefix):
            yield from networks_in(prefix)
        case ("option", option, *values) if values and values[0] not in ("code", "="):
            topic = Topic.BOOT_FILE if option.endswith(_BOOTFILE_URL) else _OPTIONS.get(option)
            if topic is not None:
                yield from ((topic, value) for value in values)
        case (name, *values) if values and values[0] != "=" and name in _STATEMENTS:
            yield from ((_STATEMENTS[name], value) for value in values)
