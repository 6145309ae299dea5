"""What a machine did on the network though its firmware says that it has nothing to boot."""

from collections.abc import Iterator

from harness.judge.boot import Boot
from harness.model import Role
from harness.witness.journal import DhcpLogged
from harness.witness.wire import WireEvent


def no_capture(boot: Boot) -> Iterator[str]:
    """Say that nothing was captured at all, which proves no silence."""
    if boot.wire.frames == 0:
        yield "the capture is empty, so it is not a witness to the machine's silence"


def not_silent(boot: Boot) -> Iterator[str]:
    """Say what the machine did on the network after all."""
    first = next(boot.of(WireEvent), None)
    if first is not None:
        yield f"{boot.mac} was on the wire (frame {first.frame}): {first}"
    asked = [event for event in boot.journal.of(DhcpLogged) if event.mac == boot.mac]
    if asked:
        server = boot.server(Role.dhcp(asked[0].family))
        yield f"{server.program}'s log has {boot.mac}: {asked[0].line}"
