"""What a boot that went right has overcome on its way: late servers, lost packets, second tries."""

from collections import defaultdict
from collections.abc import Iterator

from harness.judge.boot import Boot
from harness.judge.own_fault import made_faults
from harness.judge.ports import refused, refused_ports
from harness.judge.servers import host_behind
from harness.judge.unanswered import end_of, seeking
from harness.model import Family, Role
from harness.step import DHCP_NAME
from harness.witness.journal import DaemonLife, DaemonNote
from harness.witness.wire import DhcpKind, DhcpMessage, HttpExchange, Outcome, Repeat, TftpTransfer

_LATE_S = 3.0
"""A DHCP server may look for a second whether an address is free before it offers it."""
_BROKEN_OFF = (Outcome.RESET, Outcome.UNFINISHED, Outcome.REFUSED)


def recoveries(boot: Boot) -> Iterator[str]:
    """Say what went wrong and was overcome, the most telling first."""
    yield from _restarts(boot)
    yield from _stood_in(boot)
    yield from made_faults(boot)
    # One mistake in a file makes several complaints: the first of each daemon says it.
    notes = {note.daemon: note for note in reversed([*boot.journal.of(DaemonNote)])}
    for daemon, note in notes.items():
        yield f"{boot.called(daemon)}: {note.text}"
    for event in refused_ports(boot):
        yield refused(boot, event)
    yield from late(boot)


def late(boot: Boot) -> Iterator[str]:
    """Say who was late, and what was sent again."""
    yield from _late_offers(boot)
    yield from _requests_again(boot)
    yield from _second_tries(boot)
    yield from _lost_blocks(boot)
    yield from _lost_segments(boot)


def _restarts(boot: Boot) -> Iterator[str]:
    ended: dict[str, DaemonLife] = {}
    for life in boot.journal.of(DaemonLife):
        name = boot.called(life.daemon)
        if not life.serves:
            ended[life.daemon] = life
            continue
        end = ended.pop(life.daemon, None)
        if end is None or life.time_s is None or end.time_s is None or life.time_s < boot.first_s:
            continue
        away_s = life.time_s - end.time_s
        when = _place(boot, end.time_s)
        again = "went on" if life.what == "resumed" else "started again"
        yield f"{name} was {end.what} {when} and {again} after {away_s:.1f} s"


def _stood_in(boot: Boot) -> Iterator[str]:
    """Say which of several DHCP servers had been ended, and who answered in its place."""
    for family in Family:
        servers = boot.servers(Role.dhcp(family))
        granted = [e for e in boot.of(DhcpMessage) if e.family is family and e.kind.grants]
        for server in servers if len(servers) > 1 and granted else ():
            ended = end_of(boot, server.name, by_s=granted[-1].time_s)
            host = host_behind(boot, granted[-1])
            other = next((e.called for e in servers if e.host == host and e is not server), "")
            if ended and other:
                yield f"{ended}; {other} answered in its place"


def _place(boot: Boot, at_s: float) -> str:
    frame = boot.frame_before(at_s)
    return "before this machine asked" if frame is None else f"after frame {frame}"


def _late_offers(boot: Boot) -> Iterator[str]:
    messages = tuple(boot.of(DhcpMessage))
    for family in Family:
        for ipxe in (False, True):
            asked = seeking(boot, family, ipxe=ipxe)
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


def _requests_again(boot: Boot) -> Iterator[str]:
    requests: defaultdict[tuple[Family, int], list[DhcpMessage]] = defaultdict(list)
    for message in boot.of(DhcpMessage):
        if message.kind in (DhcpKind.REQUEST, DhcpKind.REQUEST6):
            requests[message.transaction].append(message)
    for (family, _), same in requests.items():
        if len(same) > 1:
            name, times = DHCP_NAME[family], len(same)
            yield f"a {name} request was sent {times} times (frame {same[0].frame})"


def _second_tries(boot: Boot) -> Iterator[str]:
    for step in boot.taken:
        for event in step.events if step.arrived else ():
            if isinstance(event, HttpExchange) and event.outcome in _BROKEN_OFF and event.status:
                why = event.ended_by or f"HTTP {event.status}"
                yield (
                    f"{step.what} was fetched again: {why} after {event.bytes} bytes "
                    f"(frame {event.frame})"
                )


def _lost_blocks(boot: Boot) -> Iterator[str]:
    for event in boot.of(TftpTransfer):
        if event.requests > 1:
            yield (
                f"TFTP request for {event.file} was sent {event.requests} times "
                f"(frame {event.frame})"
            )
        if event.repeats:
            who = boot.server(Role.TFTP, event.server).called
            yield f"{who} sent {event.repeats} blocks of {event.file} again (frame {event.frame})"


def _lost_segments(boot: Boot) -> Iterator[str]:
    for by_client, who in ((True, "the machine"), (False, "the web server")):
        repeats = [e for e in boot.of(Repeat) if e.by_client is by_client]
        if repeats:
            times = sum(each.times for each in repeats)
            yield f"{who} sent {times} TCP segments again (from frame {repeats[0].frame})"
