"""Real boots in which somebody has fallen silent."""

from dataclasses import replace

from harness.judge.boot import Boot
from harness.model import Family
from harness.witness.journal import DaemonLife
from harness.witness.wire import (
    DhcpMessage,
    WireEvent,
)
from tests.judge.recorded import MAC, with_events


def unanswered(boot: Boot, family: Family, *, ipxe: bool) -> Boot:
    """Take the answers to the firmware's or to iPXE's questions off the wire."""
    asked = {
        each.xid
        for each in boot.wire.of(DhcpMessage, mac=MAC)
        if each.family is family and each.is_boot_request and each.is_ipxe is ipxe
    }
    return with_events(
        boot,
        *(
            each
            for each in boot.wire.events
            if not (isinstance(each, DhcpMessage) and each.kind.from_server and each.xid in asked)
        ),
    )


def ended(boot: Boot, daemon: str, at_s: float, *, what: str = "stopped") -> Boot:
    """Let somebody have ended a daemon."""
    life = DaemonLife(daemon=daemon, line=what, time_s=at_s, what=what)
    return replace(boot, journal=replace(boot.journal, events=(*boot.journal.events, life)))


def first_event(boot: Boot) -> WireEvent:
    return next(boot.wire.of(WireEvent, mac=MAC))
