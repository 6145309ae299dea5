"""What a green boot has overcome is told; a boot that had nothing to overcome says nothing."""

from dataclasses import replace

import pytest

from harness.judge.boot import Boot
from harness.judge.judgement import judge
from harness.model import Family
from harness.witness.journal import DaemonLife, DaemonNote, LogEvent
from harness.witness.wire import (
    DhcpKind,
    DhcpMessage,
    HttpExchange,
    Outcome,
    Refusal,
    Repeat,
    TftpTransfer,
    WireEvent,
)
from tests.judge.recorded import MAC, RECORDED_PATHS, record, with_events


def noted(boot: Boot, *events: LogEvent) -> Boot:
    return replace(boot, journal=replace(boot.journal, events=(*boot.journal.events, *events)))


def seen(boot: Boot, *more: WireEvent) -> Boot:
    events = sorted((*boot.wire.events, *more), key=lambda event: event.frame)
    return with_events(boot, *events)


def recovered(boot: Boot) -> tuple[str, ...]:
    verdict = judge(boot)
    assert verdict.causes == ()
    return verdict.recovered


@pytest.mark.parametrize("path", RECORDED_PATHS)
def test_a_plain_boot_has_overcome_nothing(path: str) -> None:
    assert recovered(record(f"green-{path}")) == ()


def test_a_daemon_that_was_away() -> None:
    boot = record("green-bios-ipxe-rom")
    first_s = next(boot.wire.of(WireEvent, mac=MAC)).time_s
    told = noted(
        boot,
        DaemonLife(daemon="dhcpd4", line="", time_s=first_s - 60.0, what="started"),
        DaemonLife(daemon="dhcpd4", line="", time_s=first_s - 1.0, what="stopped"),
        DaemonLife(daemon="dhcpd4", line="", time_s=first_s + 1.0, what="started"),
    )
    assert recovered(told) == (
        "dhcpd -4 was stopped before this machine asked and started again after 2.0 s",
    )


def test_a_daemon_that_was_restarted_before_the_boot_is_none_of_its_business() -> None:
    boot = record("green-bios-ipxe-rom")
    first_s = next(boot.wire.of(WireEvent, mac=MAC)).time_s
    told = noted(
        boot,
        DaemonLife(daemon="nginx", line="", time_s=first_s - 3.0, what="stopped"),
        DaemonLife(daemon="nginx", line="", time_s=first_s - 2.0, what="started"),
    )
    assert recovered(told) == ()


def test_a_damaged_lease_file_is_told_once() -> None:
    notes = [DaemonNote(daemon="dhcpd4", line="", text=text) for text in ("first", "second")]
    assert recovered(noted(record("green-bios-ipxe-rom"), *notes)) == ("dhcpd -4: first",)


def test_a_port_that_was_closed_at_first() -> None:
    boot = record("green-bios-ipxe-rom")
    script = next(boot.wire.of(HttpExchange, mac=MAC))
    closed = Refusal(
        time_s=script.time_s,
        frame=script.frame - 1,
        family=script.family,
        client=script.client,
        client_mac=MAC,
        server=script.server,
        server_mac=script.server_mac,
        transport="tcp",
        port=80,
        why="connection refused",
    )
    (told,) = recovered(seen(boot, closed))
    assert told.startswith("the web server does not listen: 192.0.2.1 port 80 over IPv4")
    later = replace(closed, frame=boot.wire.frames + 1)
    assert judge(seen(boot, later)).causes[0] == told.replace(str(closed.frame), str(later.frame))


def test_a_dhcp_server_that_answers_late() -> None:
    boot = record("green-bios-ipxe-rom")
    asked = next(e for e in boot.wire.of(DhcpMessage, mac=MAC) if e.kind.seeks)
    late = with_events(
        boot, *(replace(e, time_s=e.time_s - 5.0) if e is asked else e for e in boot.wire.events)
    )
    (told,) = recovered(late)
    assert told.startswith("the DHCPv4 server answered late: 2 DISCOVERs in ")


def test_a_lease_that_was_asked_for_again() -> None:
    boot = record("green-bios-ipxe-rom")
    request = next(e for e in boot.wire.of(DhcpMessage, mac=MAC) if e.kind is DhcpKind.REQUEST)
    (told,) = recovered(seen(boot, replace(request, frame=request.frame)))
    assert told == f"a DHCPv4 request was sent 2 times (frame {request.frame})"


def test_a_file_that_came_at_the_second_try() -> None:
    boot = record("green-bios-ipxe-rom")
    kernel = next(e for e in boot.wire.of(HttpExchange, mac=MAC) if e.path.endswith("vmlinuz"))
    broken = replace(
        kernel,
        outcome=Outcome.RESET,
        bytes=17,
        ended_by="the server reset the connection",
        content_length=None,
    )
    at = boot.wire.events.index(kernel)
    told = with_events(boot, *boot.wire.events[:at], broken, *boot.wire.events[at:])
    line = next(e for e in boot.journal.events if getattr(e, "path", "") == kernel.path)
    (said,) = recovered(noted(told, line))
    assert said == (
        "showmax/vmlinuz over HTTP, IPv4 was fetched again: the server reset the connection "
        f"after 17 bytes (frame {kernel.frame})"
    )


def test_lost_blocks_and_requests_of_tftp() -> None:
    boot = record("green-x64-tftp-ipv4")
    told = with_events(
        boot,
        *(
            replace(e, repeats=3) if isinstance(e, TftpTransfer) and e.bytes else e
            for e in boot.wire.events
        ),
    )
    (said,) = recovered(told)
    assert said.startswith("tftpd sent 3 blocks of ipxe.efi again (frame ")


@pytest.mark.parametrize(("by_client", "who"), [(True, "the machine"), (False, "the web server")])
def test_lost_segments(by_client: bool, who: str) -> None:
    boot = record("green-bios-ipxe-rom")
    repeat = Repeat(
        time_s=boot.wire.events[-1].time_s,
        frame=99,
        family=Family.IPV4,
        client_mac=MAC,
        by_client=by_client,
        times=2,
    )
    assert recovered(seen(boot, repeat)) == (f"{who} sent 2 TCP segments again (from frame 99)",)
