"""When a boot did what: the phases in seconds, and all witnesses merged in the order of time."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from harness.judge.boot import Boot
from harness.judge.verdict import Verdict
from harness.model import Family
from harness.step import Ask, StepRole
from harness.witness.journal import (
    DhcpLogged,
    DnsLogged,
    HttpFault,
    HttpServed,
    LogEvent,
    TftpAsked,
)
from harness.witness.payload import PAYLOAD_MARK
from harness.witness.taken_path import TakenStep
from harness.witness.wire import (
    DhcpMessage,
    DnsLookup,
    HttpExchange,
    Outcome,
    TftpTransfer,
    WireEvent,
)

PHASES = (
    "first_byte",
    "first_dhcp",
    "lease",
    "nbp_requested",
    "nbp_done",
    "loader_dhcp",
    "loader_lease",
    "script",
    "menu",
    "choice",
    "kernel",
    "kernel_done",
    "initrd",
    "initrd_done",
    "payload",
    "off",
)
"""In the order of a boot; seconds since power-on."""

_Key = tuple[object, ...]
_KEYS: Mapping[type[WireEvent | LogEvent], tuple[str, ...]] = {
    DhcpMessage: ("dhcp", "kind", "client_mac"),
    DhcpLogged: ("dhcp", "kind", "mac"),
    HttpExchange: ("http", "client", "method", "path"),
    HttpServed: ("http", "client", "method", "path"),
    HttpFault: ("fault", "client", "path"),
    TftpTransfer: ("tftp", "client", "file"),
    TftpAsked: ("tftp", "client", "file"),
    DnsLookup: ("dns", "client", "name"),
    DnsLogged: ("dns", "client", "name"),
}
"""What wire and logs both have of an event, by the names of its fields."""


def phases(boot: Boot) -> dict[str, float]:
    """Give the seconds since power-on at which each phase began; phases not reached are left out.

    What the wire knows is taken from the wire. The menu is drawn between script
    and kernel, so without a mark it is not known.
    """
    lines, mark = boot.console.lines, PAYLOAD_MARK.strip()
    found = {
        "first_byte": lines[0].at_s if lines else None,
        "payload": next((line.at_s for line in lines if mark in line.text), None),
        **_wire_phases(boot),
        **boot.marks,
    }
    times = {name: found.get(name) for name in PHASES}
    return {name: round(at_s, 3) for name, at_s in times.items() if at_s is not None}


def _wire_phases(boot: Boot) -> dict[str, float]:
    times: dict[str, float] = {}
    for role, began, ended in (
        (StepRole.NBP, "nbp_requested", "nbp_done"),
        (StepRole.SCRIPT, "script", ""),
        (StepRole.KERNEL, "kernel", "kernel_done"),
        (StepRole.INITRD, "initrd", "initrd_done"),
    ):
        ways = boot.ways(role)
        taken = [step for step in boot.all_taken if step.what in ways]
        if taken:
            last = taken[-1].last
            times[began] = taken[0].first.time_s
            times[ended] = getattr(last, "end_time_s", last.time_s)
    asks = [(step.what, step) for step in boot.all_taken if isinstance(step.what, Ask)]
    for name, lease, ipxe in (
        ("first_dhcp", "lease", False),
        ("loader_dhcp", "loader_lease", True),
    ):
        if mine := [step for ask, step in asks if ask.ipxe is ipxe]:
            times[name] = mine[0].first.time_s
            times[lease] = _leased(boot, mine)
    return {name: at_s - boot.power_on_s for name, at_s in times.items() if name and at_s}


def _leased(boot: Boot, asks: Iterable[TakenStep]) -> float:
    asked = frozenset[tuple[Family, int]]().union(*(step.transactions for step in asks))
    for message in boot.of(DhcpMessage):
        if message.kind.grants and message.transaction in asked:
            return message.time_s
    return 0.0


@dataclass(frozen=True, kw_only=True)
class Moment:
    """One line of one witness, and when."""

    at_s: float
    """Seconds since power-on."""
    witness: str
    """`console`, `wire 15` with the frame, a daemon's name, or `power`."""
    text: str
    event: WireEvent | None = None
    """What the wire has of it."""


def moments(boot: Boot) -> list[Moment]:
    """Give all that the witnesses have said, in the order of time."""
    zero_s = boot.power_on_s
    found = [
        *(Moment(at_s=each.at_s, witness="console", text=each.text) for each in boot.console.lines),
        *(
            Moment(at_s=e.time_s - zero_s, witness=f"wire {e.frame}", text=str(e), event=e)
            for e in boot.wire.events
        ),
        *(
            Moment(at_s=time_s - zero_s, witness=each.daemon, text=each.line, event=on_wire)
            for time_s, each, on_wire in _timed(boot)
        ),
        *(
            Moment(at_s=note.time_s - zero_s, witness="power", text=f"the guest {note.what}")
            for note in boot.power
        ),
    ]
    return sorted(found, key=lambda each: each.at_s)


def timeline(boot: Boot) -> str:
    """Give all witnesses' lines in the order of time, seconds since power-on in front."""
    return "".join(f"{e.at_s:9.3f}  {e.witness:<12}  {e.text}\n" for e in moments(boot))


def _timed(boot: Boot) -> Iterator[tuple[float, LogEvent, WireEvent | None]]:
    """Give each log event a time, and what the wire has of the same.

    dhcpd's log has none and the others' are whole seconds, so where the wire has
    the same event its time is taken. A line of which the wire knows nothing stays
    with the line before it.
    """
    on_wire: defaultdict[_Key, list[WireEvent]] = defaultdict(list)
    for seen in boot.wire.events:
        on_wire[_key(seen)].append(seen)
        if isinstance(seen, HttpExchange) and seen.outcome is Outcome.REFUSED:
            on_wire["fault", seen.client, seen.path].append(seen)
    last: dict[str, float] = {}
    for event in boot.journal.events:
        same = on_wire[_key(event)]
        found = same.pop(0) if same else None
        time_s = event.time_s if found is None else _noted(found)
        if time_s is None:
            time_s = last.get(event.daemon, boot.power_on_s)
        last[event.daemon] = time_s
        yield time_s, event, found


def _key(event: WireEvent | LogEvent) -> _Key:
    """Name what the wire and a log both have of an event."""
    kind, *names = _KEYS.get(type(event), (type(event).__name__,))
    return (kind, *(getattr(event, name) for name in names))


def _noted(event: WireEvent) -> float:
    """Give the time at which a daemon notes an event: nginx at the end of an exchange."""
    return event.end_time_s if isinstance(event, HttpExchange) else event.time_s


def verdict_lines(verdict: Verdict | None) -> Iterator[str]:
    """Say what is held of a boot, in the words of the error that it raised, if it did."""
    if verdict is None:
        yield "not judged\n\n"
    elif verdict.green:
        yield f"{verdict.headline}\n\n"
    else:
        yield f"red: {verdict.what}\n"
        yield from (f"  cause: {cause}\n" for cause in verdict.causes)
        yield "\n"
