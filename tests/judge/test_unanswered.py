"""Who did not answer, and why: each made of a real boot by one change."""

from dataclasses import replace

import pytest

from harness.errors import GUESS
from harness.judge.boot_server import boot_server
from harness.judge.facts import Complaint
from harness.judge.judgement import judge
from harness.judge.verdict import When
from harness.model import Family
from harness.witness.wire import (
    DhcpKind,
    DhcpMessage,
    Option,
    Refusal,
    Unheard,
    WireEvent,
)
from tests.judge.recorded import MAC, record, with_events
from tests.judge.silenced import ended, first_event, unanswered


def test_a_daemon_that_was_dead_before_the_boot() -> None:
    boot = unanswered(record("green-bios-ipxe-rom"), Family.IPV4, ipxe=True)
    told = ended(boot, "dhcpd4", first_event(boot).time_s - 1)
    assert judge(told).causes[0] == (
        "dhcpd -4 was stopped before this machine asked for anything: "
        "no DHCPv4 offer: 2 of iPXE's DISCOVERs unanswered (from frame 6)"
    )


def test_a_daemon_that_died_between_firmware_and_ipxe() -> None:
    boot = unanswered(record("green-x64-http-ipv4"), Family.IPV4, ipxe=True)
    asked = next(e for e in boot.wire.of(DhcpMessage, mac=MAC) if e.is_ipxe)
    told = ended(boot, "dhcpd4", asked.time_s - 0.001, what="killed")
    assert judge(told).causes[0].startswith("dhcpd -4 was killed after frame ")
    assert "of iPXE's DISCOVERs unanswered" in judge(told).causes[0]


def test_a_daemon_that_ended_later_is_not_blamed() -> None:
    boot = unanswered(record("green-bios-ipxe-rom"), Family.IPV4, ipxe=True)
    told = ended(boot, "dhcpd4", boot.wire.events[-1].time_s)
    assert judge(told).causes[0].startswith("no DHCPv4 offer")


def test_a_daemon_that_was_started_again_is_not_blamed() -> None:
    boot = unanswered(record("green-bios-ipxe-rom"), Family.IPV4, ipxe=True)
    told = ended(boot, "dhcpd4", first_event(boot).time_s - 2)
    again = ended(told, "dhcpd4", first_event(boot).time_s - 1, what="started")
    assert judge(again).causes[0].startswith("no DHCPv4 offer")


@pytest.mark.parametrize(
    ("name", "family"),
    [("green-bios-ipxe-rom", Family.IPV6), ("green-x64-http-ipv4", Family.IPV6)],
)
def test_the_family_beside_the_path_is_told_and_not_held_against_it(
    name: str, family: Family
) -> None:
    verdict = judge(unanswered(record(name), family, ipxe=True))
    assert verdict.green
    assert verdict.recovered[0].startswith("no DHCPv6 advertisement: 1 of iPXE's Solicits")
    assert f"; recovered from: {verdict.recovered[0]}" in verdict.headline


@pytest.mark.parametrize(
    ("name", "family"),
    [
        ("green-bios-ipxe-rom", Family.IPV4),
        ("green-x64-http-ipv4", Family.IPV4),
        ("green-x64-http-ipv6", Family.IPV6),
    ],
)
def test_the_paths_own_family_must_answer_ipxe_too(name: str, family: Family) -> None:
    verdict = judge(unanswered(record(name), family, ipxe=True))
    assert not verdict.green
    assert "of iPXE's" in verdict.causes[0]


@pytest.mark.parametrize(
    ("server", "port", "cause"),
    [
        ("192.0.2.99", 0, "nobody has 192.0.2.99: 4 ARP requests unanswered (from frame 7)"),
        ("192.0.2.1", 0, "nobody has the server's address 192.0.2.1: 4 ARP requests unanswered"),
        ("192.0.2.1", 80, "the web server does not answer: 192.0.2.1 port 80 over IPv4, 4 SYNs"),
        (
            "192.0.2.99",
            80,
            "192.0.2.99 port 80 does not answer, and is not the site's server",
        ),
    ],
)
def test_who_gave_no_answer_at_all(server: str, port: int, cause: str) -> None:
    boot = record("red-missing-script")
    first = next(boot.wire.of(WireEvent, mac=MAC))
    vain = Unheard(
        time_s=first.time_s, frame=7, family=Family.IPV4, client_mac=MAC, server=server, port=port
    ).asked_again(4)
    told = judge(with_events(boot, vain, *boot.wire.events), When.WAITING).causes
    assert any(each.startswith(cause) for each in told)


def test_who_was_asked_with_everybody_is_behind_no_filter() -> None:
    """IPXE of 2019 does so on a network of two addresses (RFC 3021)."""
    boot = record("red-missing-script")
    first = next(boot.wire.of(WireEvent, mac=MAC))
    vain = Unheard(
        time_s=first.time_s,
        frame=7,
        family=Family.IPV4,
        client_mac=MAC,
        server="192.0.2.1",
        server_mac="ff:ff:ff:ff:ff:ff",
        port=80,
    ).asked_again(4)
    told = judge(with_events(boot, vain, *boot.wire.events), When.WAITING).causes
    (found,) = [each for each in told if "4 SYNs unanswered" in each]
    assert found.startswith("the machine takes 192.0.2.1 (")
    assert "for its network's broadcast address" in found
    assert "filter" not in found


@pytest.mark.parametrize(
    ("name", "says", "effect"),
    [
        ("green-x64-tftp-ipv4", 'menu type 0 "Here", type 1 "Net" / prompt "F8" after 3 s', "Here"),
        ("green-bios-ipxe-rom", 'menu type 1 "Net" / prompt "F8" until a key', "waits for a key"),
        ("green-x64-tftp-ipv4", "boot servers type 1 at 192.0.2.50", "nobody has 192.0.2.50, whom"),
        ("green-x64-tftp-ipv4", "discovery no broadcast discovery", "it has no menu, and firmware"),
        ("green-bios-ipxe-rom", "discovery no broadcast discovery", ""),
        ("green-x64-tftp-ipv4", "discovery the boot file at once, without menu", ""),
    ],
)
def test_a_boot_server_that_nobody_asks(name: str, says: str, effect: str) -> None:
    boot = record(name)
    offer = next(e for e in boot.wire.of(DhcpMessage, mac=MAC) if e.kind is DhcpKind.OFFER)
    option = Option(code=43, name="PXE", value=says)
    offer = replace(offer, vendor_class="PXEClient", options=(option,))
    sought = Unheard(
        time_s=offer.time_s,
        frame=offer.frame,
        family=Family.IPV4,
        client_mac=MAC,
        server="192.0.2.50",
    )
    found = list(boot_server(with_events(boot, offer, sought)))
    assert bool(found) is bool(effect)
    assert all("its option 43 (option vendor-encapsulated-options" in e for e in found)
    assert all(effect in each and "discovery control 8 would" in each for each in found)
    held = [e for e in boot.wire.events if not isinstance(e, DhcpMessage)]
    assert not list(boot_server(with_events(boot, offer, *held)))  # it went on all the same


def test_a_guess_is_told_only_where_nothing_is_known() -> None:
    said = Complaint(what="no answer", causes=("no answer in time", f"{GUESS}the daemon"))
    boot = replace(record("red-missing-script"), complaint=said)
    assert f"{GUESS}the daemon" not in judge(boot, When.WAITING).causes
    alone = replace(record("green-bios-ipxe-rom"), complaint=said)
    assert judge(alone, When.SHOWN).causes == said.causes


@pytest.mark.parametrize("is_refused", [True, False])
def test_a_boot_server_that_is_asked_in_vain(*, is_refused: bool) -> None:
    boot = record("green-x64-tftp-ipv4")
    messages = [e for e in boot.wire.of(DhcpMessage, mac=MAC) if e.family is Family.IPV4]
    offer = replace(next(e for e in messages if e.kind.proposes), vendor_class="PXEClient")
    request = next(e for e in messages if e.kind is DhcpKind.REQUEST)
    asked = replace(request, xid=77, client="192.0.2.64", frame=request.frame + 1)
    refusal = Refusal(
        time_s=asked.time_s,
        frame=asked.frame,
        family=Family.IPV4,
        client_mac=MAC,
        server="192.0.2.1",
        transport="udp",
        port=4011,
        why="port unreachable",
    )
    events = [offer, request, asked, *([refusal] if is_refused else [])]
    said = Complaint(what="PXE-E16", causes=("no offer",))
    told = judge(replace(with_events(boot, *events), complaint=said), When.WAITING).causes
    why = "port unreachable" if is_refused else "no answer to 1 requests"
    (cause,) = [each for each in told if "port 4011 for a boot server" in each]
    assert cause.startswith("the firmware asks")
    assert f"{why}; the answer has vendor class PXEClient" in cause
    assert "it has no option 43" in cause
