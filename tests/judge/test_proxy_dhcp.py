"""A boot beside a proxy DHCP server: dhcpd gave the address, dnsmasq the boot file."""

from dataclasses import replace

from harness.judge.boot import Boot
from harness.judge.judgement import judge
from harness.model import Role
from harness.services.logs.lives import life
from harness.witness.journal import DaemonLife, Journal, ProxyLogged
from harness.witness.wire import DhcpMessage
from tests.judge.recorded import explained, recorded, with_events

BOOT = recorded("green-proxy-dhcp")
ANSWERS = [each for each in BOOT.of(DhcpMessage) if each.adds_only]


def without_proxy(boot: Boot) -> Boot:
    kept = (e for e in boot.wire.events if not (isinstance(e, DhcpMessage) and e.adds_only))
    return with_events(boot, *kept)


def with_log(boot: Boot, *, of_proxy: bool, answered: bool = True) -> Boot:
    events = (
        replace(each, answered=answered) if isinstance(each, ProxyLogged) else each
        for each in boot.journal.events
        if of_proxy or not isinstance(each, ProxyLogged)
    )
    return replace(boot, journal=Journal(events=tuple(events)))


def test_both_are_told() -> None:
    verdict = judge(BOOT)
    assert verdict.causes == ()
    assert verdict.seen[0] == (
        "DHCPv4 as PXEClient, client arch 0x0007 "
        "(address by dhcpd -4; boot file by dnsmasq, port 4011)"
    )


def test_the_roles_are_two() -> None:
    proxy, dhcpd = BOOT.server(Role.PROXY_DHCP), BOOT.server(Role.DHCPV4)
    assert (proxy.called, dhcpd.called) == ("dnsmasq", "dhcpd -4")
    assert not proxy.pool(Role.DHCPV4)


def test_a_silent_one_is_the_first_cause() -> None:
    silent = with_log(without_proxy(BOOT), of_proxy=False)
    cause = explained(silent)[0]
    assert cause.startswith("no proxy DHCP answer: 1 of the firmware's DISCOVERs (from frame ")
    assert "dnsmasq's log has none of them (dhcp-range, etc/dnsmasq.conf:" in cause


def test_one_that_was_ended_is_named() -> None:
    ended = life('{"daemon": "dnsmasq", "what": "killed", "at": 1}', 2026)
    assert isinstance(ended, DaemonLife)
    silent = with_log(without_proxy(BOOT), of_proxy=False)
    killed = replace(silent, journal=Journal(events=(*silent.journal.events, ended)))
    assert explained(killed)[0].startswith(
        "dnsmasq was killed before this machine asked for anything: no proxy DHCP answer: "
    )


def test_one_that_has_nothing_for_the_machine_says_so() -> None:
    ignored = with_log(without_proxy(BOOT), of_proxy=True, answered=False)
    assert explained(ignored)[0].startswith("dnsmasq has nothing for this machine (dhcp-boot, ")


def test_a_third_server_is_red() -> None:
    rogue = replace(ANSWERS[0], server="192.0.2.66", server_mac="52:54:00:00:00:66", address="x")
    cause = judge(with_events(BOOT, *BOOT.wire.events, rogue)).causes[0]
    assert cause == (
        "three DHCPv4 servers answered: 192.0.2.1 (52:54:00:00:00:01, by proxy DHCP), "
        "192.0.2.1 (52:54:00:00:00:01), 192.0.2.66 (52:54:00:00:00:66)"
    )


def test_another_proxy_is_red_too() -> None:
    rogue = replace(ANSWERS[-1], server="192.0.2.66", server_mac="52:54:00:00:00:66")
    causes = judge(with_events(BOOT, *BOOT.wire.events, rogue)).causes
    assert "192.0.2.66 (52:54:00:00:00:66, by proxy DHCP)" in causes[0]
    assert "is not the site's" in causes[1]


def test_its_log_is_held_against_the_wire() -> None:
    (cause,) = judge(with_log(BOOT, of_proxy=False)).causes
    assert cause == (
        f"the wire has {len(ANSWERS)} answers of dnsmasq without an address to "
        f"{BOOT.mac}, dnsmasq's log has 0"
    )


def test_without_who_gives_addresses_there_is_no_offer() -> None:
    kept = (
        each
        for each in BOOT.wire.events
        if not (isinstance(each, DhcpMessage) and each.kind.from_server and each.address)
    )
    assert any(
        cause.startswith("no DHCPv4 offer: ") for cause in explained(with_events(BOOT, *kept))
    )
