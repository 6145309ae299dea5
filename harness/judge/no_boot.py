"""The verdict on a machine that cannot boot: its firmware says so, and the wire is silent."""

from collections.abc import Iterator

from harness.judge.verdict import Verdict
from harness.witness.describe import describe
from harness.witness.journal import DhcpLogged, Journal
from harness.witness.wire import Wire, WireEvent


def judge_no_boot(words: str, *, mac: str, wire: Wire, journal: Journal) -> Verdict:
    """Judge a boot that ended, before it began, with these words of the firmware's."""
    mac = mac.lower()
    return Verdict(
        causes=tuple(_causes(mac, wire, journal)),
        expected=(words, f"nothing from {mac} on the wire"),
        seen=(words, *(describe(event) for event in wire.of(WireEvent, mac=mac))),
    )


def _causes(mac: str, wire: Wire, journal: Journal) -> Iterator[str]:
    """Say what the machine did on the network after all."""
    if wire.frames == 0:
        yield "the capture is empty, so it is no witness to the machine's silence"
    first = next(wire.of(WireEvent, mac=mac), None)
    if first is not None:
        yield f"{mac} was on the wire (frame {first.frame}): {describe(first)}"
    asked = [event for event in journal.of(DhcpLogged) if event.mac == mac]
    if asked:
        yield f"dhcpd's log has {mac}: {asked[0].line}"
