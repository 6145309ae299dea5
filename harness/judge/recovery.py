"""What a boot that went right has overcome on its way: late servers, lost packets, second tries."""

from collections import defaultdict
from collections.abc import Iterator

from harness.judge.boot import Case
from harness.judge.servers import refused, refused_ports
from harness.judge.unanswered import DAEMON_NAME
from harness.model import Family
from harness.step import DHCP_NAME
from harness.witness.journal import DaemonLife, DaemonNote, LinkStruck
from harness.witness.wire import (
    DhcpKind,
    DhcpMessage,
    HttpExchange,
    Outcome,
    Repeat,
    TftpTransfer,
    WireEvent,
)

_LATE_S = 3.0
"""dhcpd looks for a second whether an address is free before it offers it."""
_BROKEN_OFF = (Outcome.RESET, Outcome.UNFINISHED, Outcome.REFUSED)


def recoveries(case: Case) -> Iterator[str]:
    """Say what went wrong and was overcome, the most telling first."""
    yield from _restarts(case)
    for struck in case.journal.of(LinkStruck):
        yield f"the link {struck.daemon.removeprefix('link-')} {struck.text}"
    # One mistake in a file makes several complaints: the first of each daemon says it.
    notes = {note.daemon: note for note in reversed([*case.journal.of(DaemonNote)])}
    for daemon, note in notes.items():
        yield f"{DAEMON_NAME.get(daemon, daemon)}: {note.text}"
    for event in refused_ports(case.wire, case.site, case.mac):
        yield refused(case.wire, case.journal, event, case.mac)
    yield from _late_offers(case)
    yield from _requests_again(case)
    yield from _second_tries(case)
    yield from _lost_blocks(case)
    yield from _lost_segments(case)


def _restarts(case: Case) -> Iterator[str]:
    """Say which daemons were away while this machine booted."""
    first_s = next((event.time_s for event in case.wire.of(WireEvent, mac=case.mac)), 0.0)
    ended: dict[str, DaemonLife] = {}
    for life in case.journal.of(DaemonLife):
        name = DAEMON_NAME.get(life.daemon, life.daemon)
        if life.what != "started":
            ended[life.daemon] = life
            continue
        end = ended.pop(life.daemon, None)
        if end is None or life.time_s is None or end.time_s is None or life.time_s < first_s:
            continue
        away_s = life.time_s - end.time_s
        when = _place(case, end.time_s)
        yield f"{name} was {end.what} {when} and started again after {away_s:.1f} s"


def _place(case: Case, at_s: float) -> str:
    """Say where in the capture a time is."""
    before = [each for each in case.wire.of(WireEvent, mac=case.mac) if each.time_s < at_s]
    return f"after frame {before[-1].frame}" if before else "before this machine asked"


def _late_offers(case: Case) -> Iterator[str]:
    """Say which DHCP server let the machine wait."""
    messages = tuple(case.wire.of(DhcpMessage, mac=case.mac))
    for family in Family:
        for ipxe in (False, True):
            asked = [
                each
                for each in messages
                if each.family is family
                and each.is_boot_request
                and each.kind.seeks
                and each.is_ipxe is ipxe
            ]
            xids = {each.xid for each in asked}
            offer = next((e for e in messages if e.kind.proposes and e.xid in xids), None)
            if offer is None or offer.time_s - asked[0].time_s < _LATE_S:
                continue
            tries = sum(each.frame < offer.frame for each in asked)
            yield (
                f"the {DHCP_NAME[family]} server answered late: {tries} "
                f"{asked[0].kind.value.upper()}s in {offer.time_s - asked[0].time_s:.1f} s "
                f"(frames {asked[0].frame} to {offer.frame})"
            )


def _requests_again(case: Case) -> Iterator[str]:
    """Say which lease had to be asked for again, because request or answer was lost."""
    requests: defaultdict[tuple[Family, int], list[DhcpMessage]] = defaultdict(list)
    for message in case.wire.of(DhcpMessage, mac=case.mac):
        if message.kind in (DhcpKind.REQUEST, DhcpKind.REQUEST6):
            requests[message.family, message.xid].append(message)
    for (family, _), same in requests.items():
        if len(same) > 1:
            name, times = DHCP_NAME[family], len(same)
            yield f"a {name} request was sent {times} times (frame {same[0].frame})"


def _second_tries(case: Case) -> Iterator[str]:
    """Say which file came only when it was asked for again."""
    for step in case.seen:
        for event in step.events if step.arrived else ():
            if isinstance(event, HttpExchange) and event.outcome in _BROKEN_OFF and event.status:
                why = event.ended_by or f"HTTP {event.status}"
                yield (
                    f"{step.what} was fetched again: {why} after {event.bytes} bytes "
                    f"(frame {event.frame})"
                )


def _lost_blocks(case: Case) -> Iterator[str]:
    """Say which TFTP requests and blocks were lost."""
    for event in case.wire.of(TftpTransfer, mac=case.mac):
        if event.requests > 1:
            yield (
                f"TFTP request for {event.file} was sent {event.requests} times "
                f"(frame {event.frame})"
            )
        if event.repeats:
            yield f"tftpd sent {event.repeats} blocks of {event.file} again (frame {event.frame})"


def _lost_segments(case: Case) -> Iterator[str]:
    """Say how many TCP segments were lost, in either direction."""
    for by_client, who in ((True, "the machine"), (False, "the web server")):
        repeats = [e for e in case.wire.of(Repeat, mac=case.mac) if e.by_client is by_client]
        if repeats:
            times = sum(each.times for each in repeats)
            yield f"{who} sent {times} TCP segments again (from frame {repeats[0].frame})"
