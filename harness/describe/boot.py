"""From a boot's witnesses to its text: the same boot has the same text, whatever the timing.

What comes in a race stands in one order: of one program's questions DHCPv4 before DHCPv6,
routers first. What comes again stands once. Fetches keep their order on the wire, and what the
console showed is put between them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from harness.describe.answers import Answers
from harness.describe.fetches import FIRMWARE, SYSTEM, Asked, Speaker, joined
from harness.describe.lookups import lookups
from harness.describe.loops import once
from harness.describe.notes import noted
from harness.describe.outcome import booted, ends, has
from harness.describe.pool import leased
from harness.describe.screen import Screen
from harness.judge.boot import Boot
from harness.model import Family
from harness.plan.boot_names import Names
from harness.plan.boot_text import BootText, Statement
from harness.plan.boot_words import ask_words, machine_words
from harness.step import DHCP_NAME, Ask
from harness.witness.taken_path import boot_fetches
from harness.witness.wire import (
    DhcpMessage,
    DnsLookup,
    IscsiLogin,
    NfsMount,
    Refusal,
    Transfer,
    WireEvent,
)

_IPXE = "iPXE"
_TCP = "tcp"


def describe(boot: Boot) -> BootText:
    """Say what a machine was told and did, as its `.boot` file has it."""
    names = Names.of(boot.site.machine_of(boot.mac), addresses=leased(boot), token=boot.token)
    teller = _Teller(boot, names)
    return BootText(statements=tuple(noted(boot, once(list(teller.statements())))))


@dataclass(kw_only=True)
class _Stage:
    """What happened between two fetches, and the fetch that ended it."""

    asks: dict[tuple[str, Ask], list[DhcpMessage]] = field(default_factory=dict)
    lookups: list[DnsLookup] = field(default_factory=list)
    opened: list[tuple[str, Refusal | IscsiLogin]] = field(default_factory=list)
    """Who asked a port that nobody listens on, or an iSCSI target for its disk."""
    fetch: Asked | None = None

    def parted(self, at_s: float) -> tuple["_Stage", "_Stage"]:
        """Part it in what came before a time and what came later."""
        host = self.fetch.host if self.fetch else ""
        early, late = _Stage(), _Stage()
        for key, messages in self.asks.items():
            (early if messages[0].time_s < at_s else late).asks[key] = messages
        for lookup in self.lookups:
            # The name of a server is looked up when its file is asked for.
            is_early = lookup.time_s < at_s and lookup.name != host
            (early if is_early else late).lookups.append(lookup)
        for each in self.opened:
            (early if each[1].time_s < at_s else late).opened.append(each)
        return early, late


class _Teller:
    """Tells one boot."""

    def __init__(self, boot: Boot, names: Names) -> None:
        self._boot, self._names = boot, names
        self._answers = Answers(boot, names)
        self._fetches = list(boot_fetches(boot.wire, boot.mac))
        # What comes behind is the system's, if one was started; the disk's own asks nobody.
        last = self._fetches[-1].frame if self._fetches else 0
        has_system = boot.payload is not None and not boot.is_from_disk
        self._last_frame = last if has_system else boot.wire.frames + 1
        self._said: set[str] = set()
        self._opened: set[Statement] = set()

    def statements(self) -> Iterator[Statement]:
        """Go through all statements."""
        yield self._machine()
        for warning in self._boot.warnings:
            yield Statement(subject="warns", text=self._names.named(warning))
        yield from self._answers.routers()
        stages = self._stages()
        asked = [each.fetch for each in stages if each.fetch is not None]
        screen = Screen(self._boot, self._names, asked)
        for stage in stages:
            shown = screen.before(stage.fetch)
            early, late = stage.parted(shown.menu_s)
            yield from self._asked(early)
            yield from shown.menus
            yield from self._asked(late)
            yield from shown.others
            if stage.fetch is not None:
                yield stage.fetch.statement(self._names)
        yield from booted(self._boot, asked, self._names)
        yield from self._system()
        yield from has(self._boot, self._names)
        yield from ends(self._boot, self._names)

    def _machine(self) -> Statement:
        known = self._boot.site.known(self._boot.mac)
        name = known.name if known else ""
        return Statement(subject="machine", text=machine_words(name, self._boot.path.id))

    def _stages(self) -> list[_Stage]:
        """Part the boot, up to the system that it started, by its fetches."""
        speaker, stages = Speaker(), [_Stage()]
        fetches = {id(each) for each in self._fetches}
        known: set[tuple[Family, int]] = set()
        for event in self._boot.of(WireEvent):
            if isinstance(event, DhcpMessage) and event.is_boot_request:
                if event.transaction not in known:  # the network may show it twice, and late
                    known.add(event.transaction)
                    who = _IPXE if event.is_ipxe else FIRMWARE
                    speaker.dhcp(who)
                    stages[-1].asks.setdefault((who, event.ask), []).append(event)
            elif (
                isinstance(event, DnsLookup | Refusal | IscsiLogin)
                and event.frame > self._last_frame
            ):
                continue
            elif isinstance(event, DnsLookup):
                stages[-1].lookups.append(event)
            elif isinstance(event, IscsiLogin) or (
                isinstance(event, Refusal) and event.transport == _TCP
            ):
                stages[-1].opened.append((speaker.who, event))
            elif isinstance(event, Transfer) and id(event) in fetches:
                self._fetched(stages, Asked(who=speaker.of(event), transfers=(event,)))
        return stages

    def _fetched(self, stages: list[_Stage], asked: Asked) -> None:
        """End a stage by a fetch, unless it only continues the one before."""
        before = stages[-2].fetch if len(stages) > 1 else None
        here = stages[-1]
        if before is not None and not here.asks and asked.continues(before):
            stages[-2].fetch = joined([before, asked])[0]
        else:
            here.fetch = asked
            stages.append(_Stage())

    def _asked(self, stage: _Stage) -> Iterator[Statement]:
        """Say what was asked in a part of a stage besides files, and what was answered."""
        yield from self._questions(stage)
        yield from self._lookups(stage.lookups)
        for who, event in stage.opened:
            text = event.words if isinstance(event, IscsiLogin) else _refused(event)
            told = Statement(subject=who, text=self._names.named(text))
            if told not in self._opened:  # a connection that is lost is opened again
                self._opened.add(told)
                yield told

    def _questions(self, stage: _Stage) -> Iterator[Statement]:
        """Say who asked DHCP, and what was answered."""
        order = list(dict.fromkeys((who, ask.vendor_class) for who, ask in stage.asks))
        in_order = sorted(
            stage.asks.items(),
            key=lambda item: (
                order.index((item[0][0], item[0][1].vendor_class)),
                item[0][1].family is Family.IPV6,
            ),
        )
        for (who, ask), messages in in_order:
            yield Statement(subject=who, text=ask_words(ask))
            yield from self._answers.to(each.transaction for each in messages)

    def _system(self) -> Iterator[Statement]:
        """Say what the system that was started asked for itself."""
        if self._boot.payload is None:
            return
        later = [each for each in self._boot.of(WireEvent) if each.frame > self._last_frame]
        messages = [each for each in later if isinstance(each, DhcpMessage)]
        for family in Family:
            asked = [each for each in messages if each.family is family]
            if any(not each.kind.from_server for each in asked):
                yield Statement(subject=SYSTEM, text=f"asks {DHCP_NAME[family]}")
                yield from self._answers.to(each.transaction for each in asked)
        yield from self._lookups([each for each in later if isinstance(each, DnsLookup)])
        refused = (e for e in later if isinstance(e, Refusal) and e.transport == _TCP)
        for text in dict.fromkeys(map(_refused, refused)):
            yield Statement(subject=SYSTEM, text=text)
        transfers = [each for each in later if isinstance(each, Transfer)]
        found = joined([Asked(who=SYSTEM, transfers=(each,)) for each in transfers])
        yield from (each.statement(self._names) for each in found)
        for mount in dict.fromkeys(map(_mount, (e for e in later if isinstance(e, NfsMount)))):
            yield Statement(subject=SYSTEM, text=self._names.named(mount))

    def _lookups(self, found: Sequence[DnsLookup]) -> Iterator[Statement]:
        """Say what names were answered with, each answer once."""
        for text in lookups(found, outside=self._boot.site.outside):
            if text not in self._said:
                self._said.add(text)
                yield Statement(subject="name", text=self._names.named(text))


def _refused(refusal: Refusal) -> str:
    return f"asks TCP port {refusal.port} of {refusal.server}: nobody listens"


def _mount(mount: NfsMount) -> str:
    answer = {None: ": nobody answers", 0: ""}.get(mount.status, f": refused ({mount.status})")
    return f"mounts {mount.path} over NFS from {mount.server}{answer}"
