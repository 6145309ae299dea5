"""What a scenario has broken itself is named where a boot is red by it, and only there."""

from dataclasses import replace
from pathlib import Path

import pytest

from harness.judge.boot import Boot
from harness.judge.facts import Complaint
from harness.judge.judgement import judge
from harness.judge.verdict import When
from harness.services.logs.registry import read_logs
from harness.witness.journal import DaemonLife, FaultMade, LinkStruck, LogEvent
from harness.witness.wire import (
    DhcpMessage,
    HttpExchange,
    Outcome,
    TftpTransfer,
    Unheard,
    WireEvent,
)
from tests.judge.recorded import MAC, record, with_events

CUT = LinkStruck(daemon="link-tap0", line="", what="cut", text="was cut")
GONE = FaultMade(daemon="", line="", text="the server's address 192.0.2.1 was taken away")
SAID = "the scenario did that, it is not of the site's making"


def noted(boot: Boot, *events: LogEvent) -> Boot:
    return replace(boot, journal=replace(boot.journal, events=(*boot.journal.events, *events)))


def causes(boot: Boot) -> tuple[str, ...]:
    return judge(replace(boot, complaint=Complaint(what="no menu")), When.WAITING).causes


def silent() -> Boot:
    boot = record("green-bios-ipxe-rom")
    others = (e for e in boot.wire.events if e.client_mac != MAC)
    return replace(with_events(boot, *others), payload=None)


def unfinished(outcome: Outcome) -> Boot:
    """End a boot in the midst of its loader."""
    boot = record("green-x64-tftp-ipv4")
    last = [e for e in boot.wire.of(TftpTransfer, mac=MAC) if e.file == "ipxe.efi"][-1]
    before = (e for e in boot.wire.events if e.frame < last.frame)
    return replace(with_events(boot, *before, replace(last, outcome=outcome)), payload=None)


def test_a_machine_that_nobody_heard_was_cut_off() -> None:
    assert causes(noted(silent(), CUT)) == (f"the link tap0 was cut: {SAID}",)
    assert causes(silent())[0].startswith(f"nothing from {MAC} was on the wire")


@pytest.mark.parametrize("made", [CUT, GONE])
@pytest.mark.parametrize("outcome", [Outcome.UNANSWERED, Outcome.UNFINISHED, Outcome.ABORTED])
def test_an_answer_that_is_lost_comes_first(outcome: Outcome, made: LogEvent) -> None:
    told = causes(noted(unfinished(outcome), made))
    assert told[0].endswith(f": {SAID}")
    assert not any(SAID in each for each in told[1:])


@pytest.mark.parametrize(
    ("what", "is_told"),
    [
        ('the guest said "…" while the menu was waited for (ipxe-timed-out, 21.3 s after', True),
        ("the menu did not come within 240 s of the guest's time (90 s here)", True),
        ('the guest said "…" while the menu was waited for (ipxe-no-image, 21.3 s after', False),
    ],
)
def test_what_never_reached_the_wire_is_told_by_the_machine(what: str, *, is_told: bool) -> None:
    boot = record("green-bios-ipxe-rom")
    (script, *_) = boot.wire.of(HttpExchange, mac=MAC)
    before = (e for e in boot.wire.events if e.frame < script.frame)
    vain = replace(with_events(boot, *before), payload=None, complaint=Complaint(what=what))
    told = judge(noted(vain, CUT), When.WAITING).causes
    assert (told[0] == f"the link tap0 was cut: {SAID}") is is_told


def test_answers_that_did_not_arrive_were_on_the_wire() -> None:
    boot = record("green-bios-ipxe-rom")
    offers = [e for e in boot.wire.of(DhcpMessage, mac=MAC) if not e.kind.grants]
    asked = [e for e in offers if e.kind.seeks or e.kind.proposes]
    vain = replace(with_events(boot, *asked), payload=None)
    assert causes(noted(vain, CUT))[0] == f"the link tap0 was cut: {SAID}"


def test_a_boot_that_came_through_is_not_red_by_it() -> None:
    boot = record("green-bios-ipxe-rom")
    (script, *_) = boot.wire.of(HttpExchange, mac=MAC)
    vain = Unheard(
        time_s=script.time_s,
        frame=script.frame,
        family=script.family,
        client_mac=MAC,
        server="192.0.2.1",
        port=80,
        times=2,
    )
    verdict = judge(noted(with_events(boot, *boot.wire.events, vain), CUT))
    assert verdict.green, verdict.causes
    assert "the link tap0 was cut" in verdict.recovered


def test_what_a_server_refuses_is_not_the_links() -> None:
    told = causes(noted(unfinished(Outcome.REFUSED), CUT))
    assert not any(SAID in each for each in told)
    assert told[0].startswith("tftpd: ")


def test_a_daemon_that_was_paused_is_told_as_long_as_it_is() -> None:
    boot = record("green-bios-ipxe-rom")
    (script, *_) = boot.wire.of(HttpExchange, mac=MAC)
    vain = replace(script, outcome=Outcome.UNANSWERED, status=None, bytes=0)
    before = (e for e in boot.wire.of(WireEvent) if e.frame < script.frame)
    asked = replace(with_events(boot, *before, vain), payload=None)
    paused = DaemonLife(daemon="nginx", line="", time_s=script.time_s - 0.001, what="paused")
    resumed = replace(paused, what="resumed", time_s=script.time_s - 0.0005)
    (first, *_) = causes(noted(asked, paused))
    assert first.startswith("nothing answered GET /script.ipxe over IPv4 (frame ")
    assert "; nginx was paused after frame " in first
    assert "paused" not in causes(noted(asked, paused, resumed))[0]


@pytest.mark.parametrize(
    ("rest", "text"),
    [
        ("2.000 plugged in for what comes after this\n", "was cut for a while"),
        ("2.000 rules in force: []\n", "was cut for a while"),
        ('2.000 rules in force: [{"do": "cut"}]\n', "was cut"),
        ("", "was cut"),
    ],
)
def test_a_cut_that_has_no_end_is_told_apart(tmp_path: Path, rest: str, text: str) -> None:
    (tmp_path / "link-tap0.log").write_text(f"1.000 cut at any 1 to the server\n{rest}")
    (struck,) = read_logs(tmp_path).of(LinkStruck)
    assert struck.text == text
