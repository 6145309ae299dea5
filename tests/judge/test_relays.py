"""Who is silent behind a DHCP relay: each made of a real boot by one change."""

from dataclasses import replace
from ipaddress import IPv4Interface, IPv6Interface

import pytest

from harness.judge.boot import Boot
from harness.judge.judgement import judge
from harness.model import Family
from harness.services.registry import load_site
from harness.site.server import Relay
from harness.witness.journal import DhcpLogged, LogEvent, RelayLogged
from harness.witness.wire import (
    DhcpKind,
    DhcpMessage,
    RouterAdvertisement,
)
from tests.judge.recorded import MAC, SHOWMAX, record, with_events
from tests.judge.silenced import ended, unanswered


def behind_a_relay(*told: LogEvent) -> Boot:
    """Give one whose server is deaf, behind a relay that has told this."""
    boot = unanswered(record("green-bios-ipxe-rom"), Family.IPV4, ipxe=True)
    relay = Relay(ipv4=IPv4Interface("198.51.100.1/24"))
    heard = tuple(each for each in boot.journal.events if not isinstance(each, DhcpLogged))
    journal = replace(boot.journal, events=(*heard, *told))
    return replace(boot, site=replace(boot.site, relay=relay), journal=journal)


def test_a_relay_that_was_ended_is_told_before_its_server_s_log() -> None:
    boot = ended(behind_a_relay(), "relay", 0.0)
    (cause, *_) = judge(boot).causes
    assert cause.startswith("the relay was stopped before this machine asked for anything: no DHC")


@pytest.mark.parametrize(
    ("mac", "said"),
    [(MAC, "the relay passed them on"), ("other", "the relay has passed none of them on")],
)
def test_whether_a_relay_has_passed_questions_on(mac: str, said: str) -> None:
    (cause, *_) = judge(behind_a_relay(RelayLogged(daemon="relay", line="", mac=mac))).causes
    assert cause.endswith(f"dhcpd's log has none of them; {said}")


RELAY6 = Relay(ipv6=IPv6Interface("2001:db8:1::1/64"))


def behind_a_relay6(site: str, *told: LogEvent) -> Boot:
    """Give one of a site whose DHCPv6 server is deaf, behind a relay that has told this."""
    boot = unanswered(record("green-x64-http-ipv6"), Family.IPV6, ipxe=False)
    heard = tuple(each for each in boot.journal.events if not isinstance(each, DhcpLogged))
    journal = replace(boot.journal, events=(*heard, *told))
    return replace(
        boot, site=replace(load_site(SHOWMAX.parent / site), relay=RELAY6), journal=journal
    )


def asked_from(boot: Boot) -> str:
    asked = (each for each in boot.wire.of(DhcpMessage, mac=MAC) if each.family is Family.IPV6)
    return next(each.client for each in asked)


def test_a_dhcpv6_relay_that_was_ended_is_told() -> None:
    (cause, *_) = judge(ended(behind_a_relay6("showmax"), "relay6", 0.0)).causes
    assert cause.startswith("the DHCPv6 relay was stopped before this machine asked for anything")


def test_what_a_dhcpv6_relay_passed_on_is_known_by_the_address() -> None:
    client = asked_from(behind_a_relay6("showmax"))
    passed = RelayLogged(daemon="relay6", line="", client=client)
    (cause, *_) = judge(behind_a_relay6("showmax", passed)).causes
    assert cause.endswith("dhcpd's log has none of them; the relay passed them on")
    other = replace(passed, client="fe80::1")
    (cause, *_) = judge(behind_a_relay6("showmax", other)).causes
    assert cause.endswith("the relay has passed none of them on")


def test_a_kea_that_hears_groups_alone_has_its_line() -> None:
    client = asked_from(behind_a_relay6("showmax"))
    passed = RelayLogged(daemon="relay6", line="", client=client)
    (cause, *_) = judge(behind_a_relay6("showmax-kea", passed)).causes
    line = "etc/kea/kea-dhcp6.conf:5 has `interfaces: eth0`: it hears groups there"
    assert f"the relay passed them on; {line}" in cause


@pytest.mark.parametrize(
    ("site", "said"),
    [
        ("showmax", "No subnet found for link-address 2001:db8:1::1"),
        (
            "showmax-dnsmasq",
            "no address range available for DHCPv6 request from relay at 2001:db8:",
        ),
    ],
)
def test_a_server_without_a_subnet_for_the_relay_says_so(site: str, said: str) -> None:
    line = DhcpLogged(
        daemon="",
        line="",
        client="2001:db8:1::1",
        family=Family.IPV6,
        kind=DhcpKind.SOLICIT,
        mac="",
        remark=said,
    )
    (cause, *_) = judge(behind_a_relay6(site, line)).causes
    assert "is the machines' network, 2001:db8:1::/64 behind the relay (" in cause
    assert f"says: {said}" in cause


def test_keas_answer_says_that_it_has_no_subnet() -> None:
    boot = behind_a_relay6("showmax-kea")
    answers = record("green-x64-http-ipv6").wire.of(DhcpMessage, mac=MAC)
    offered = next(each for each in answers if each.kind is DhcpKind.ADVERTISE)
    said = "Server could not select subnet for this client"
    refusal = replace(offered, status="NoAddrsAvail", status_text=said, address="")
    (cause, *_) = judge(with_events(boot, *boot.wire.events, refusal)).causes
    assert cause.startswith("no subnet of kea-dhcp6 is the machines' network, 2001:db8:1::/64")


def test_a_relays_router_that_leads_nowhere_is_told() -> None:
    boot = record("green-x64-http-ipv6")
    site = replace(boot.site, relay=RELAY6)
    events = [
        replace(each, lifetime_s=0) if isinstance(each, RouterAdvertisement) else each
        for each in boot.wire.events
    ]
    causes = judge(with_events(replace(boot, site=site), *events)).causes
    assert any("has a lifetime of 0 s: nobody leads to the server" in cause for cause in causes)
