"""The waterfall of a boot: a row for each thing that took time, with what proves it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from harness.evidence.timeline import Moment
from harness.judge.boot import Boot
from harness.model import Family
from harness.step import DHCP_NAME, IP_NAME, Ask, Fetch, StepRole
from harness.witness.shown import Ended, KeysPressed, MenuShown, Prompted, Said, Shown
from harness.witness.taken_path import TakenStep, file_of
from harness.witness.wire import (
    DhcpMessage,
    DnsLookup,
    HttpExchange,
    Refusal,
    RouterAdvertisement,
    TftpTransfer,
    Transfer,
    Unheard,
    WireEvent,
)

_MOST_LINES = 40
"""So many of a console's lines prove a row; the whole of it stands below."""
_ROLES = (
    StepRole.NBP,
    StepRole.SCRIPT,
    StepRole.MENU,
    StepRole.MACHINE_SCRIPT,
    StepRole.KERNEL,
    StepRole.INITRD,
)


class Kind(Enum):
    """What a row is about: its colour."""

    MACHINE = "machine"
    POWER = "power"
    DHCP = "dhcp"
    ROUTER = "router"
    TRANSFER = "transfer"
    NETWORK = "network"
    SCREEN = "screen"


class State(Enum):
    """How it went."""

    WELL = "well"
    IN_VAIN = "vain"
    """Without effect, as in many a healthy boot."""
    BADLY = "bad"


@dataclass(frozen=True, kw_only=True)
class Tick:
    """A moment within a row."""

    at_s: float
    what: str


@dataclass(frozen=True, kw_only=True)
class Row:
    """Something that took from here to there, in seconds since power-on."""

    what: str
    kind: Kind
    start_s: float
    end_s: float
    said: str = ""
    """What came of it."""
    state: State = State.WELL
    ticks: tuple[Tick, ...] = ()
    proofs: tuple[Moment, ...] = ()


def waterfall(boot: Boot, phases: Mapping[str, float], seen: Sequence[Moment]) -> list[Row]:
    """Give the rows of a boot in the order in which they began."""
    found = [
        *_post(boot, seen),
        *_dhcp(boot, seen),
        *_routers(boot, seen),
        *_transfers(boot, seen),
        *_other(boot, seen),
        *_screens(boot, seen),
        *_system(boot, phases, seen),
    ]
    return sorted(found, key=lambda row: (row.start_s, row.end_s))


def size_words(size: int) -> str:
    """Give a number of bytes as people say it."""
    for unit, bytes_ in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if size >= bytes_:
            return f"{size / bytes_:.3g} {unit}"
    return f"{size} B"


def _since(boot: Boot, event: WireEvent) -> float:
    return event.time_s - boot.power_on_s


def _proofs(seen: Sequence[Moment], events: Sequence[WireEvent]) -> tuple[Moment, ...]:
    """Give the packets themselves, and the lines that daemons wrote of them."""
    wanted = {id(each) for each in events}
    return tuple(each for each in seen if id(each.event) in wanted)


def _console(seen: Sequence[Moment], start_s: float, end_s: float) -> tuple[Moment, ...]:
    lines = (e for e in seen if e.witness == "console" and start_s <= e.at_s <= end_s)
    return tuple(lines)[:_MOST_LINES]


def _post(boot: Boot, seen: Sequence[Moment]) -> Iterator[Row]:
    """What passes before the machine is first on the wire."""
    power = tuple(e for e in seen if e.witness == "power")
    if power:
        ticks = tuple(Tick(at_s=e.at_s, what=e.text) for e in power)
        yield Row(
            what="power",
            kind=Kind.POWER,
            start_s=power[0].at_s,
            end_s=power[-1].at_s,
            said=power[-1].text,
            ticks=ticks,
            proofs=power,
        )
    end_s = boot.first_s - boot.power_on_s if boot.first_s else boot.marks.get("off", 0.0)
    if end_s > 0:
        what = "firmware's start (POST)" if boot.first_s else "never on the wire"
        lines = _console(seen, 0.0, end_s)
        yield Row(what=what, kind=Kind.MACHINE, start_s=0.0, end_s=end_s, proofs=lines)


@dataclass
class _Asking:
    """A run of DHCP messages of one asker, until something is fetched."""

    family: Family
    who: str
    ask: Ask | None
    messages: list[DhcpMessage]


def _askings(boot: Boot) -> Iterator[_Asking]:
    who: dict[tuple[Family, int], tuple[str, Ask | None]] = {}
    running: dict[tuple[Family, str], _Asking] = {}
    for event in boot.of(WireEvent):
        if isinstance(event, Transfer):
            yield from running.values()
            running = {}
        if not isinstance(event, DhcpMessage):
            continue
        ask = event.ask if event.is_boot_request else None
        name = str(ask) if ask else f"{DHCP_NAME[event.family]} without boot options"
        known, asked = who.setdefault(event.transaction, (name, ask))
        new = _Asking(family=event.family, who=known, ask=asked, messages=[])
        running.setdefault((event.family, known), new).messages.append(event)
    yield from running.values()


def _dhcp(boot: Boot, seen: Sequence[Moment]) -> Iterator[Row]:
    ways = boot.ways()
    for asking in _askings(boot):
        messages = asking.messages
        granted = next((each for each in reversed(messages) if each.kind.grants), None)
        missed = State.BADLY if asking.ask in ways else State.IN_VAIN
        yield Row(
            what=asking.who,
            kind=Kind.DHCP,
            start_s=_since(boot, messages[0]),
            end_s=_since(boot, messages[-1]),
            said=_granted(granted) if granted else "no lease",
            state=State.WELL if granted else missed,
            ticks=tuple(Tick(at_s=_since(boot, e), what=e.kind.value) for e in messages),
            proofs=_proofs(seen, messages),
        )


def _granted(message: DhcpMessage) -> str:
    file = f"file {message.bootfile}" if message.bootfile else ""
    return ", ".join(filter(None, (message.address, file))) or message.kind.value


def _routers(boot: Boot, seen: Sequence[Moment]) -> Iterator[Row]:
    heard = [e for e in boot.wire.of(RouterAdvertisement) if _since(boot, e) >= 0]
    by_router: dict[str, list[RouterAdvertisement]] = {}
    for event in heard:
        by_router.setdefault(str(event), []).append(event)
    for text, events in by_router.items():
        yield Row(
            what="router advertisement",
            kind=Kind.ROUTER,
            start_s=_since(boot, events[0]),
            end_s=_since(boot, events[-1]),
            said=text.partition(" of ")[2],
            ticks=tuple(Tick(at_s=_since(boot, e), what="advertised") for e in events),
            proofs=_proofs(seen, events),
        )


def _transfers(boot: Boot, seen: Sequence[Moment]) -> Iterator[Row]:
    # What earlier entries got in vain is as planned, or the boot's own causes say so.
    steps = {id(event): step for step in boot.taken for event in step.events}
    for event in boot.of(WireEvent):
        if isinstance(event, Transfer):
            end_s = max(event.time_s, event.end_time_s) - boot.power_on_s
            yield Row(
                what=_named(boot, event),
                kind=Kind.TRANSFER,
                start_s=_since(boot, event),
                end_s=end_s,
                said=_came_of(event),
                state=_state(boot, event, steps.get(id(event))),
                proofs=_proofs(seen, [event]),
            )


def _named(boot: Boot, event: Transfer) -> str:
    """Name a file, how it was asked for, and what it is for."""
    protocol = "TFTP" if isinstance(event, TftpTransfer) else f"HTTP {event.method}"
    file = file_of(event)
    roles = (
        role.value
        for role in _ROLES
        if any(isinstance(each, Fetch) and each.file == file for each in boot.ways(role))
    )
    role = next(roles, "")
    return f"{file} over {protocol}, {IP_NAME[event.family]}" + (f": {role}" if role else "")


def _came_of(event: Transfer) -> str:
    took_s = event.end_time_s - event.time_s
    is_head = isinstance(event, HttpExchange) and event.method == "HEAD"
    if event.outcome.arrived and event.bytes and not is_head:
        rate = f", {size_words(round(event.bytes / took_s))}/s" if took_s > 0 else ""
        return f"{size_words(event.bytes)} in {took_s:.2f} s{rate}"
    status = getattr(event, "status", None)
    error = f"HTTP {status}" if status else getattr(event, "error", "")
    outcome = event.outcome.value
    return error if status == 200 or outcome in error else f"{error} {outcome}".strip()


def _state(boot: Boot, event: Transfer, step: TakenStep | None) -> State:
    if event.outcome.arrived:
        return State.WELL
    if step is None or step.arrived or step.what in boot.normal_in_vain:
        return State.IN_VAIN
    return State.BADLY


def _other(boot: Boot, seen: Sequence[Moment]) -> Iterator[Row]:
    """Names that were looked up, what was mounted, who did not answer."""
    told = (DhcpMessage, RouterAdvertisement, TftpTransfer, HttpExchange)
    for event in boot.of(WireEvent):
        if not isinstance(event, told):
            what, _, said = str(event).partition(": ")
            nobody = isinstance(event, Refusal | Unheard)
            in_vain = nobody or (isinstance(event, DnsLookup) and not event.answers)
            yield Row(
                what=what,
                kind=Kind.NETWORK,
                start_s=_since(boot, event),
                end_s=_since(boot, event),
                said=said,
                state=State.IN_VAIN if in_vain else State.WELL,
                proofs=_proofs(seen, [event]),
            )


def _screens(boot: Boot, seen: Sequence[Moment]) -> Iterator[Row]:
    ends = [*(each.at_s for each in boot.shown[1:]), 0.0]
    fetched = sorted(_since(boot, e) for e in boot.of(WireEvent) if isinstance(e, Transfer))
    for shown, next_s in zip(boot.shown, ends, strict=False):
        stood = [at_s for at_s in (next_s, *fetched) if at_s > shown.at_s]
        end_s = min(stood, default=shown.at_s) if isinstance(shown, MenuShown) else shown.at_s
        what, said = _in_words(shown)
        yield Row(
            what=what,
            kind=Kind.SCREEN,
            start_s=shown.at_s,
            end_s=end_s,
            said=said,
            state=State.IN_VAIN if isinstance(shown, Said) else State.WELL,
            proofs=_console(seen, shown.at_s - 0.3, end_s),
        )


def _in_words(shown: Shown) -> tuple[str, str]:
    match shown:
        case MenuShown():
            counts = "" if shown.counts_down_s is None else f"counts down {shown.counts_down_s} s"
            return f"menu {shown.title}".strip(), counts
        case KeysPressed():
            return "choice", shown.chose
        case Prompted():
            return "prompt", shown.what
        case Said():
            return "says", shown.line
        case Ended():
            return "end", shown.how


def _system(boot: Boot, phases: Mapping[str, float], seen: Sequence[Moment]) -> Iterator[Row]:
    """What was booted, from the last of its files to its word."""
    came = [phases[name] for name in ("kernel_done", "initrd_done") if name in phases]
    payload_s = phases.get("payload")
    if payload_s is None or boot.payload is None:
        return
    said = boot.payload
    start_s = max([each for each in came if each <= payload_s], default=payload_s)
    proofs = _console(seen, start_s, payload_s + 0.01)
    yield Row(
        what="system",
        kind=Kind.MACHINE,
        start_s=start_s,
        end_s=payload_s,
        said=f"reports as {said.entry}, {said.firmware}, {said.mac}",
        proofs=proofs[-_MOST_LINES:],
    )
