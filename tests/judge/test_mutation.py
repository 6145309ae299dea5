"""No witness can be missing or say something else without the verdict turning red."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.evidence.boot_json import Witnessed
from harness.judge.boot import Boot
from harness.judge.judgement import judge
from harness.judge.verdict import Verdict
from harness.model import Family
from harness.step import Fetch, StepRole
from harness.witness.journal import DhcpLogged, HttpServed, LogEvent, TftpAsked
from harness.witness.taken_path import TakenStep, taken_path
from harness.witness.wire import (
    DhcpKind,
    DhcpMessage,
    HttpExchange,
    Outcome,
    TftpTransfer,
    WireEvent,
)
from tests.judge.recorded import IPXE_PATHS, MAC, explained, record, with_events

each_path = pytest.mark.parametrize("path", IPXE_PATHS)
OTHER_MAC = "52:54:00:00:00:99"


def steps_of(boot: Boot) -> tuple[TakenStep, ...]:
    """Give the steps that this boot took and the site promised."""
    ways = {way for step in boot.expected for way in step.ways}
    return tuple(step for step in taken_path(boot.wire, boot.site, MAC) if step.what in ways)


def without(boot: Boot, *gone: WireEvent) -> Boot:
    return with_events(boot, *(event for event in boot.wire.events if event not in gone))


def changed(boot: Boot, old: WireEvent, new: WireEvent) -> Boot:
    return with_events(boot, *(new if event is old else event for event in boot.wire.events))


def without_line(boot: Boot, gone: LogEvent) -> Boot:
    left = tuple(event for event in boot.journal.events if event is not gone)
    return replace(boot, journal=replace(boot.journal, events=left))


def assert_red(verdict: Verdict, *names: str) -> None:
    """The verdict is red, and some cause names what is wrong."""
    assert not verdict.green
    for name in names:
        assert any(name in cause for cause in verdict.causes), (name, verdict.causes)


@each_path
def test_a_fetch_that_was_not_on_the_wire(path: str) -> None:
    boot = record(f"green-{path}")
    fetches = [step for step in steps_of(boot) if isinstance(step.what, Fetch)]
    assert len(fetches) >= 3
    for step in fetches:
        assert isinstance(step.what, Fetch)
        assert_red(judge(without(boot, *step.events)), f"{step.what.file} over", "not on the wire")


@each_path
def test_a_question_to_dhcp_that_was_not_on_the_wire(path: str) -> None:
    boot = record(f"green-{path}")
    for role in (StepRole.FIRMWARE, StepRole.LOADER):
        ways = {way for step in boot.expected if step.role is role for way in step.ways}
        events = [event for step in steps_of(boot) if step.what in ways for event in step.events]
        if ways:
            assert events
            assert_red(judge(without(boot, *events)), "not on the wire: DHCPv")


@each_path
def test_a_lease_that_was_never_acknowledged(path: str) -> None:
    boot = record(f"green-{path}")
    kinds = (DhcpKind.ACK, DhcpKind.REPLY)
    leases = [event for event in boot.wire.of(DhcpMessage) if event.kind in kinds]
    assert_red(judge(without(boot, *leases)), "an offer, but no lease")


def served_lines(boot: Boot) -> Iterator[LogEvent]:
    """Go through the lines of the servers that are witnesses of this boot."""
    for event in boot.journal.events:
        leased = isinstance(event, DhcpLogged) and event.kind in (DhcpKind.ACK, DhcpKind.REPLY)
        if leased or isinstance(event, HttpServed | TftpAsked):
            yield event


@each_path
def test_any_line_that_a_server_did_not_log(path: str) -> None:
    boot = record(f"green-{path}")
    lines = list(served_lines(boot))
    assert len(lines) >= 6
    for line in lines:
        assert_red(judge(without_line(boot, line)), "log")


def test_of_a_log_that_has_nothing_its_setting_is_named() -> None:
    boot = record("green-bios-ipxe-rom")
    left = tuple(event for event in boot.journal.events if not isinstance(event, HttpServed))
    silent = replace(boot, journal=replace(boot.journal, events=left))
    assert_red(judge(silent), "nginx's log (access_log, etc/nginx/nginx.conf:25) has not")


@each_path
def test_any_logged_answer_of_which_the_wire_knows_nothing(path: str) -> None:
    boot = record(f"green-{path}")
    (line,) = [event for event in boot.journal.of(HttpServed) if event.path == "/script.ipxe"]
    more = replace(line, path="/other.ipxe")
    events = (*boot.journal.events, more)
    doubled = replace(boot, journal=replace(boot.journal, events=events))
    assert_red(judge(doubled), "nginx's log has GET /other.ipxe", "the wire has not")


@each_path
@pytest.mark.parametrize(
    "change",
    [{"status": 404}, {"bytes": 17}, {"client": "192.0.2.99"}],
    ids=["status", "bytes", "client"],
)
def test_a_log_that_says_something_else(path: str, change: dict[str, Any]) -> None:
    boot = record(f"green-{path}")
    for line in boot.journal.of(HttpServed):
        if line.status == 200 and line.method == "GET":
            events = [replace(e, **change) if e is line else e for e in boot.journal.events]
            told = replace(boot, journal=replace(boot.journal, events=tuple(events)))
            assert_red(judge(told), "log has")


@each_path
@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"outcome": Outcome.REFUSED, "status": 404}, "nginx answered 404 to GET"),
        ({"outcome": Outcome.RESET}, "reset"),
        ({"outcome": Outcome.UNFINISHED}, "unfinished"),
        ({"outcome": Outcome.UNANSWERED, "status": None}, "nothing answered GET"),
        ({"server": "192.0.2.66"}, "192.0.2.66"),
        ({"server_mac": OTHER_MAC}, OTHER_MAC),
        ({"client_mac": OTHER_MAC}, "the wire has not"),
        ({"path": "/other"}, "other over HTTP"),
    ],
    ids=["404", "reset", "unfinished", "unanswered", "server", "server-mac", "client", "path"],
)
def test_an_http_fetch_that_went_otherwise(path: str, change: dict[str, Any], named: str) -> None:
    boot = record(f"green-{path}")
    for event in boot.wire.of(HttpExchange, mac=MAC):
        if event.method == "GET" and event.status == 200:
            other = replace(event, **change)
            assert_red(judge(changed(boot, event, other)), named)


@pytest.mark.parametrize("path", ["bios-vendor-rom", "x64-tftp-ipv4", "x64-tftp-ipv6"])
@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"outcome": Outcome.REFUSED, "error": "File not found"}, "tftpd: file not found"),
        ({"outcome": Outcome.ABORTED}, "aborted by the client"),
        ({"outcome": Outcome.UNFINISHED}, "unfinished"),
        ({"outcome": Outcome.UNANSWERED}, "nothing answered"),
        ({"server": "192.0.2.66"}, "192.0.2.66"),
        ({"server_mac": OTHER_MAC}, OTHER_MAC),
        ({"file": "other.efi"}, "other.efi"),
    ],
    ids=["refused", "aborted", "unfinished", "unanswered", "server", "server-mac", "file"],
)
def test_a_tftp_fetch_that_went_otherwise(path: str, change: dict[str, Any], named: str) -> None:
    boot = record(f"green-{path}")
    (read,) = [e for e in boot.wire.of(TftpTransfer) if e.outcome is Outcome.COMPLETE]
    other = replace(read, **change)
    assert_red(judge(changed(boot, read, other)), named)


@each_path
def test_the_nbp_over_another_family_first(path: str) -> None:
    boot = record(f"green-{path}")
    asks = [event for event in boot.wire.of(DhcpMessage) if event.is_boot_request]
    others = {Family.IPV4: Family.IPV6, Family.IPV6: Family.IPV4}
    first = asks[0]
    stray = replace(
        first,
        frame=0,
        family=others[first.family],
        user_class="",
        client_arch=0x10,
        vendor_class="HTTPClient",
    )
    early = with_events(boot, stray, *boot.wire.events)
    assert_red(judge(early), "wrong path", "client arch 0x0010 (frame 0)")


@each_path
def test_ipxe_in_the_rom_before_the_loader(path: str) -> None:
    boot = record(f"green-{path}")
    if boot.path.loader is None:
        return
    ask = next(event for event in boot.wire.of(DhcpMessage) if event.is_ipxe)
    early = with_events(boot, replace(ask, frame=0), *boot.wire.events)
    assert_red(judge(early), "before the NBP was fetched")


@each_path
def test_a_second_dhcp_server(path: str) -> None:
    boot = record(f"green-{path}")
    for event in boot.wire.of(DhcpMessage, mac=MAC):
        if event.kind.proposes:
            rogue = replace(event, server="192.0.2.66", server_id="66", server_mac=OTHER_MAC)
            other = with_events(boot, *boot.wire.events, rogue)
            assert_red(judge(other), "servers answered", OTHER_MAC)


@each_path
def test_a_dhcp_server_that_hands_out_something_else(path: str) -> None:
    boot = record(f"green-{path}")
    for event in boot.wire.of(DhcpMessage, mac=MAC):
        if event.kind.from_server and event.bootfile.startswith("http://"):
            other = replace(event, bootfile="http://192.0.2.1/nope")
            assert_red(judge(changed(boot, event, other)), "handed out bootfile", "nope")


@each_path
def test_a_file_of_another_entry(path: str) -> None:
    boot = record(f"green-{path}")
    fetch = next(event for event in boot.wire.of(HttpExchange) if "vmlinuz" in event.path)
    stray = replace(fetch, path="/grml/vmlinuz.grml", frame=fetch.frame + 1)
    line = next(event for event in boot.journal.of(HttpServed) if "vmlinuz" in event.path)
    events = (*boot.journal.events, replace(line, path=stray.path))
    told = replace(boot, journal=replace(boot.journal, events=events))
    verdict = judge(with_events(told, *boot.wire.events, stray))
    assert_red(verdict, "grml/vmlinuz.grml of entry grml was fetched")


@each_path
def test_nothing_at_all(path: str) -> None:
    boot = with_events(record(f"green-{path}"))
    assert_red(judge(boot), f"nothing from {MAC} was on the wire")


def test_another_path_than_the_one_to_take() -> None:
    for path in IPXE_PATHS:
        boot = record(f"green-{path}")
        for other in IPXE_PATHS.values():
            if other.id != path:
                assert not judge(replace(boot, path=other)).green, (path, other.id)


@given(kept=st.data())
def test_whatever_is_missing_is_judged_without_an_error(kept: st.DataObject) -> None:
    boot = record(f"green-{kept.draw(st.sampled_from(list(IPXE_PATHS)))}")
    wire = kept.draw(st.lists(st.sampled_from(boot.wire.events), unique_by=id))
    logs = kept.draw(st.lists(st.sampled_from(boot.journal.events), unique_by=id))
    part = replace(boot, journal=replace(boot.journal, events=tuple(logs)))
    part = with_events(part, *sorted(wire, key=lambda event: event.frame))
    assert judge(part).headline
    assert isinstance(explained(part), tuple)


def test_a_machine_that_was_powered_on_again_is_judged_by_its_second_boot() -> None:
    boot = record("green-x64-tftp-ipv4")
    later_s = 1000.0
    last = boot.wire.frames
    events = [
        *boot.wire.events,
        *(replace(e, time_s=e.time_s + later_s, frame=e.frame + last) for e in boot.wire.events),
    ]
    lines = [
        *boot.journal.events,
        *(replace(e, time_s=e.time_s and e.time_s + later_s) for e in boot.journal.events),
    ]
    both = replace(with_events(boot, *events), journal=replace(boot.journal, events=tuple(lines)))
    assert not judge(both).green
    second = Witnessed.of(boot, console_bytes=0).rest(both)
    assert judge(second).causes == ()
