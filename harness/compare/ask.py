"""What a site's DHCP servers answer to every kind of client: asked of them, in a boot's words.

Which kinds there are, and of which networks they ask, is here; how servers are asked without a
guest, `lab` knows.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import TypeAlias

from harness.describe.answers import Answers
from harness.describe.notes import noted
from harness.describe.pool import leased
from harness.errors import UsageError
from harness.examine.handed import why_not
from harness.judge.boot import Boot
from harness.lab.asked_servers import Asked, asked_servers
from harness.learn.served_machines import STRANGER, strangers_mac
from harness.machines import BOOT_PATHS
from harness.model import (
    USER_CLASS_IPXE,
    VENDOR_CLASS_HTTP,
    VENDOR_CLASS_PXE,
    Family,
    Role,
)
from harness.plan.boot_names import Names
from harness.plan.boot_text import Statement
from harness.services.registry import says
from harness.site import Site
from harness.site.known_machine import KnownMachine
from harness.site.said import Topic
from harness.witness.wire import DhcpKind, DhcpMessage, Wire
from harness.witness.wire.question import Question

_PXE_ARCHITECTURES = {
    **{0x00: "BIOS", 0x06: "ia32 UEFI", 0x07: "x64 UEFI", 0x09: "x64 UEFI, by EBC's number"},
    **{0x0A: "arm32 UEFI", 0x0B: "arm64 UEFI"},
}
_HTTP_ARCHITECTURES = {0x0F: "ia32 UEFI HTTP", 0x10: "x64 UEFI HTTP", 0x13: "arm64 UEFI HTTP"}
"""IANA, "Processor Architecture Types" (RFC 5970): firmware says PXEClient by some, HTTPClient
by the others."""
Told = Callable[[str, int, int], None]
"""Hears, now and then, what is being done, how much of it is, and of how much."""
Network: TypeAlias = IPv4Network | IPv6Network
IPXE_ON = "iPXE on "
"""How the name of a client begins that is iPXE."""
_SYSTEM = "a booted system"
_FIRST_XID = 0x10000
BOOT_PARTS = (
    *("file ", "option 67 ", "next-server ", "server name ", "TFTP server ", "vendor class "),
    *("PXE ", "iPXE options ", "parameters ", "root path ", "from port "),
)
"""What of an answer says what to boot, and from where."""
_GRANTED = {DhcpKind.OFFER: DhcpKind.ACK, DhcpKind.ADVERTISE: DhcpKind.REPLY}


@dataclass(frozen=True, kw_only=True)
class Client:
    """A kind of client: what firmware, iPXE or a system says of itself."""

    words: str
    arch: int | None = None
    vendor_class: str = ""
    user_class: str = ""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One question, and one server's answer to it, or that nobody gave any."""

    machine: str
    client: str
    family: Family
    relay: str
    """"" where the machine asks the server itself."""
    network: str = ""
    """That of the relay."""
    lease: str = ""
    """Who gives which address."""
    boots: str = ""
    """What it is told to boot: `file ipxe.efi; next-server 192.0.2.1`; "": nothing."""
    besides: str = ""
    """All else that it is told."""
    place: str = ""
    """The line of the configuration that gives the boot file, or by which nobody answers."""
    remark: str = ""
    """Where nobody answers: why, as the server's log has it."""
    cannot: str = ""
    """Why the client cannot boot what it is told, where that is known."""
    is_answered: bool = True
    answer: Statement | None = field(default=None, compare=False, repr=False)
    """The same in one, as a boot's text has it."""
    boot: Boot | None = field(default=None, compare=False, repr=False)
    """All that is known of it."""


def clients() -> Iterator[Client]:
    """Give every kind of client."""
    for arch, words in _PXE_ARCHITECTURES.items():
        yield Client(words=f"{words} (0x{arch:04x})", arch=arch, vendor_class=VENDOR_CLASS_PXE)
    for arch, words in _HTTP_ARCHITECTURES.items():
        yield Client(words=f"{words} (0x{arch:04x})", arch=arch, vendor_class=VENDOR_CLASS_HTTP)
    for arch, words in _PXE_ARCHITECTURES.items():
        yield Client(
            words=f"{IPXE_ON}{words} (0x{arch:04x})",
            arch=arch,
            vendor_class=VENDOR_CLASS_PXE,
            user_class=USER_CLASS_IPXE,
        )
    yield Client(words=_SYSTEM)


def ask(
    site: Site,
    *,
    machines: Sequence[str] = (),
    networks: Iterable[Network] = (),
    told: Told = lambda _what, _done, _of: None,
) -> tuple[Row, ...]:
    """Ask the site's DHCP servers as each known machine and a stranger, or as these machines only.

    Through a relay in each network that they serve, and in these. `told` hears how far it is.

    Raises:
        HarnessError: they cannot be started, or there is no such machine.
    """
    ways = tuple(_ways(site, dict.fromkeys((*networks_of(site), *networks))))
    who = [
        (machine, client, *way)
        for machine in _machines(site, machines)
        for client in clients()
        if _may_be(machine, client)
        for way in ways
    ]
    questions = [_question(*each, xid) for xid, each in enumerate(who, start=_FIRST_XID)]
    fitness = _Fitness(site)
    with asked_servers(site) as asker:
        answers = asker.ask(questions, partial(told, "asked"))
        vain = [each.question for each in answers if not each.answers]
        remarks = {each.xid: asker.remark(each) for each in vain}
    rows: list[Row] = []
    for done, ((machine, client, *_, network), each) in enumerate(zip(who, answers, strict=True)):
        told("answers read", done, len(who))
        nobody = _asked_as(machine, client, each, network)
        rows += _rows(site, fitness, nobody, each, remarks.get(each.question.xid, ""))
    return tuple(rows)


def _machines(site: Site, wanted: Sequence[str]) -> Iterator[KnownMachine]:
    stranger = KnownMachine.of(STRANGER, mac=strangers_mac(site))
    known = {STRANGER: stranger, **site.machines}
    for name in wanted:
        if name not in known:
            raise UsageError(f"{name} is not a machine", cure=f"one of: {', '.join(known)}")
    return (machine for name, machine in known.items() if not wanted or name in wanted)


def _may_be(machine: KnownMachine, client: Client) -> bool:
    """Whether a machine may be such a client, by what is known of its kind."""
    kinds = {path.machine for path in machine.paths}
    archs = {arch for kind in kinds for arch in kind.client_archs}
    return not machine.kind or client.arch is None or client.arch in archs


def networks_of(site: Site) -> Iterator[Network]:
    """Give the networks that a site's DHCP servers serve, its own first."""
    yield from (each.network for each in site.server.interfaces)
    yield from (ip_network(each.text) for each in says(site) if each.topic is Topic.NETWORK)


def _ways(site: Site, networks: Collection[Network]) -> Iterator[tuple[Family, str, str]]:
    """Give by which family, and through which relay in which network, machines ask."""
    for family in site.server.families:
        roles = (Role.dhcp(family), *((Role.PROXY_DHCP,) if family is Family.IPV4 else ()))
        if not any(site.daemon_facts.by_role(role) for role in roles):
            continue
        if site.relay is not None:  # no machine is in the server's network
            if (own := site.relay.address(family)) is not None:
                yield family, str(own.ip), str(own.network)
            continue
        yield family, "", ""
        for network in networks:
            if Family.of(str(network)) is family and network.num_addresses > 4:
                yield family, _relay(site, network), str(network)


def _relay(site: Site, network: Network) -> str:
    """Give an address for a relay: the last of the network that is nobody's else."""
    last = int(network.broadcast_address) - 1
    taken = site.addresses
    free = (str(ip_address(last - n)) for n in range(len(taken) + 1))
    return next(address for address in free if address not in taken)


def _question(
    machine: KnownMachine, client: Client, family: Family, relay: str, _network: str, xid: int
) -> Question:
    return Question(
        family=family,
        mac=machine.mac,
        uuid=machine.uuid,
        xid=xid,
        client_arch=client.arch,
        vendor_class=client.vendor_class,
        user_class=client.user_class,
        relay=relay,
    )


def _asked_as(machine: KnownMachine, client: Client, asked: Asked, network: str) -> Row:
    return Row(
        machine=machine.name,
        client=client.words,
        family=asked.question.family,
        relay=asked.question.relay,
        network=network,
        is_answered=False,
    )


def _rows(site: Site, fitness: "_Fitness", nobody: Row, asked: Asked, remark: str) -> Iterator[Row]:
    """Say what was answered, as a boot's text does; else by which rule, or remark, nobody did."""
    question = asked.question
    if not asked.answers:
        rule, why = _why_nobody(site, nobody, question, remark)
        yield replace(nobody, place=rule, remark=why)
        return
    boot = _as_boot(site, asked)
    names = Names.of(site.machine_of(question.mac), addresses=leased(boot))
    messages = {each.transaction for each in boot.of(DhcpMessage)}
    for each in noted(boot, Answers(boot, names).to(messages)):
        lease, *parts = each.text.split("; ")
        boots = [part for part in parts if part.startswith(BOOT_PARTS)]
        besides = [part for part in parts if part not in boots]
        yield replace(
            nobody,
            lease=lease,
            boots="; ".join(boots),
            besides="; ".join(besides),
            place=each.note,
            cannot=fitness.why_not(question, tuple(boots)),
            is_answered=True,
            answer=each,
            boot=boot,
        )


def _why_nobody(site: Site, row: Row, asked: Question, remark: str) -> tuple[str, str]:
    """Give the line by which nobody answers, and what else tells why; "" where neither does."""
    server = site.daemon_facts.by_role(Role.dhcp(asked.family))
    if server is None:
        return "", ""
    by_class = " and ".join(server.acceptance.by_class)
    rule = server.acceptance.line_against(asked.mac)
    rule = rule or (by_class if remark in server.turned_away else "")
    if rule or remark:
        return rule, f"{server.program} says: {remark}" if remark else ""
    told = (each for each in says(site) if each.topic is Topic.NETWORK)
    served = [ip_network(each.text) for each in told if each.path in server.files]
    own = (asked.relay,) if asked.relay else sorted(server.addresses)
    here = [ip_address(each) for each in own if Family.of(each) is asked.family]
    if served and here and not any(each in network for each in here for network in served):
        return "", f"{server.called} has no subnet for {row.network or here[0]}"
    return by_class, ""


class _Fitness:
    """Says whether clients can boot what they are told: alike for all machines of a kind."""

    def __init__(self, site: Site) -> None:
        """Keep the site, in whose files that stands."""
        self._site = site
        self._known: dict[tuple[object, ...], str] = {}

    def why_not(self, asked: Question, told: tuple[str, ...]) -> str:
        """Say why who has asked so cannot boot that."""
        key = (asked.family, asked.client_arch, asked.vendor_class, asked.user_class, told)
        if key not in self._known:
            self._known[key] = why_not(
                self._site,
                asked.family,
                arch=asked.client_arch,
                vendor_class=asked.vendor_class,
                user_class=asked.user_class,
                told=told,
            )
        return self._known[key]


def _as_boot(site: Site, asked: Asked) -> Boot:
    """Give the boot that would have gone so far: what was offered is taken for what is given."""
    mac = asked.question.mac
    told = tuple(
        replace(each, kind=_GRANTED.get(each.kind, each.kind), client_mac=mac)
        for each in asked.answers
    )
    path = next(iter(BOOT_PATHS.values()))
    return Boot(path=path, site=site, entry="", mac=mac, token="", wire=Wire(events=told))
