"""Who did not answer, and why: each made of a real boot by one change."""

import re
from dataclasses import replace
from ipaddress import IPv4Interface, IPv6Interface
from pathlib import Path
from typing import Any

import pytest

from harness.errors import GUESS
from harness.judge.boot import Boot, Complaint
from harness.judge.boot_server import boot_server
from harness.judge.judgement import judge
from harness.judge.verdict import When
from harness.model import Family, Role
from harness.plan.boot_text import BootText
from harness.services.registry import load_site
from harness.site.server import Relay
from harness.witness.journal import DaemonLife, DhcpLogged, LogEvent, RelayLogged
from harness.witness.wire import (
    DhcpKind,
    DhcpMessage,
    Option,
    Outcome,
    Refusal,
    RouterAdvertisement,
    TftpTransfer,
    Unheard,
    WireEvent,
)
from tests.judge.recorded import MAC, SHOWMAX, record, showmax, with_events

PROPOSALS = (DhcpKind.OFFER, DhcpKind.ADVERTISE)


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


def test_no_address_to_give() -> None:
    boot = record("green-x64-http-ipv6")
    empty = with_events(
        boot,
        *(
            replace(each, address="", status="NoAddrsAvail", status_text="No addresses")
            if isinstance(each, DhcpMessage) and each.kind is DhcpKind.ADVERTISE
            else each
            for each in boot.wire.events
        ),
    )
    cause = judge(empty).causes[0]
    assert cause.startswith(
        "the pool 2001:db8::1:0 to 2001:db8::1:ffff (range6, etc/dhcp/dhcpd6.conf:46) "
        "has no free address: dhcpd -6 answers NoAddrsAvail "
    )
    assert '("No addresses") (frame' in cause


def advertising(boot: Boot, **change: object) -> Boot:
    """Change every router advertisement."""
    return with_events(
        boot,
        *(
            replace(each, **change) if isinstance(each, RouterAdvertisement) else each  # type: ignore[arg-type]
            for each in boot.wire.events
        ),
    )


def test_a_router_without_the_prefix() -> None:
    cause = judge(advertising(record("green-x64-http-ipv6"), prefixes=())).causes[0]
    assert "lacks the prefix 2001:db8::/64" in cause


def test_a_router_that_was_stopped_had_advertised_before() -> None:
    boot = record("green-x64-http-ipv6")
    told = ended(boot, "radvd", first_event(boot).time_s - 1)
    assert judge(told).causes[0] == (
        "no router advertisement was on the wire: "
        "radvd was stopped before this machine asked for anything"
    )


def test_a_router_is_not_held_against_ipv4() -> None:
    verdict = judge(advertising(record("green-x64-http-ipv4"), managed=False))
    assert verdict.green
    assert "lacks the managed flag" in verdict.recovered[0]


@pytest.mark.parametrize(
    ("prefixes", "said"),
    [
        (
            {"prefixes": ()},
            "lacks the prefix 2001:db8::/64: nobody knows that the server's address",
        ),
        ({"prefix": "2001:db9::/64"}, "lacks the prefix 2001:db8::/64, and has 2001:db9::/64: nob"),
        ({"on_link": False}, "has the prefix 2001:db8::/64 as not on-link: nobody knows that the"),
        ({"valid_s": 0}, "has the prefix 2001:db8::/64 for 0 s: nobody knows that the server's"),
    ],
)
def test_what_is_wrong_with_a_prefix(prefixes: dict[str, Any], said: str) -> None:
    boot = record("green-x64-http-ipv6")
    (told, *_) = boot.wire.of(RouterAdvertisement)
    kept = () if "prefixes" in prefixes else told.prefixes
    changed = tuple(replace(each, **prefixes) for each in kept)
    cause = judge(advertising(boot, prefixes=changed)).causes[0]
    assert said in cause
    assert "etc/radvd.conf" in cause


@pytest.mark.parametrize("name", ["green-x64-tftp-ipv4", "green-x64-tftp-ipv6"])
def test_a_router_is_not_silent_to_who_does_not_wait_for_it(name: str) -> None:
    """Firmware does without, and has not come to its loader."""
    boot = replace(record(name), payload=None)
    begun = next(e for e in boot.wire.of(TftpTransfer, mac=MAC))
    refused = replace(begun, outcome=Outcome.REFUSED, error="File not found")
    before = [e for e in boot.wire.events if e.frame < begun.frame]
    kept = [e for e in before if not isinstance(e, RouterAdvertisement)]
    causes = judge(with_events(boot, *kept, refused)).causes
    assert not any("router" in each for each in causes)


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (
            'deny members of "pxe";',
            "etc/dhcp/dhcpd.conf:45 has `deny members of pxe`: the pool 192",
        ),
        (
            "deny bootp;",
            "the pool 192.0.2.64 to 192.0.2.127 (range, etc/dhcp/dhcpd.conf:45) has no free",
        ),
    ],
)
def test_a_pool_that_is_not_for_this_machine(rule: str, said: str) -> None:
    site = showmax().replaced("etc/dhcp/dhcpd.conf", "  range", f"  {rule} range")
    boot = unanswered(record("green-bios-ipxe-rom", site=site), Family.IPV4, ipxe=True)
    refusal = replace(
        next(each for each in boot.journal.of(DhcpLogged) if each.kind.seeks),
        remark="network 192.0.2.0/24: no free leases",
    )
    full = replace(boot, journal=replace(boot.journal, events=(refusal,)))
    assert judge(full).causes[0].startswith(said)


@pytest.mark.parametrize(
    ("mac", "is_told"),
    [
        ("52:54:00:12:34:57", True),
        ("52:54:00:12:43:56", True),
        ("52:54:00:12:34:99", False),
        ("52:54:00:21:43:56", False),
    ],
)
def test_a_host_of_nearly_the_machine_s_address_is_named(mac: str, *, is_told: bool) -> None:
    """Whom a server turns away for an address that somebody has mistyped."""
    rules = f"deny unknown-clients;\nhost rescue {{ hardware ethernet {mac.upper()}; }}\n"
    site = showmax().replaced("etc/dhcp/dhcpd.conf", "authoritative;\n", f"authoritative;\n{rules}")
    boot = unanswered(record("green-bios-ipxe-rom", site=site), Family.IPV4, ipxe=True)
    seeks = next(each for each in boot.journal.of(DhcpLogged) if each.kind.seeks)
    logged = replace(seeks, remark="unknown client")
    first = judge(replace(boot, journal=replace(boot.journal, events=(logged,)))).causes[0]
    assert first.startswith("etc/dhcp/dhcpd.conf:5 has `deny unknown-clients`: no DHCPv4 offer: ")
    said = f"; {mac} (etc/dhcp/dhcpd.conf:6) is nearly this machine's address, {MAC}"
    assert first.endswith(said) is is_told


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        ("dhcp-ignore=tag:!known", "etc/dnsmasq.conf:9 has `dhcp-ignore=tag:!known`: no DHCPv4 "),
        ("dhcp-ignore=tag:pxe", "etc/dnsmasq.conf:9 has `dhcp-ignore=tag:pxe`: no DHCPv4 offer: "),
        ("dhcp-ignore-names", "no DHCPv4 offer: "),
    ],
)
def test_whom_dnsmasq_ignores_by_a_rule_is_told_which(rule: str, told: str) -> None:
    """Its log says no more than that it did."""
    site = load_site(SHOWMAX.with_name("showmax-dnsmasq"))
    site = site.replaced("etc/dnsmasq.conf", "\n# DNS: one name", f"\n{rule}\n# DNS: one name")
    boot = unanswered(record("green-bios-ipxe-rom", site=site), Family.IPV4, ipxe=True)
    seeks = next(each for each in boot.journal.of(DhcpLogged) if each.kind.seeks)
    ignored = replace(seeks, daemon="dnsmasq", remark="ignored")
    first = judge(replace(boot, journal=replace(boot.journal, events=(ignored,)))).causes[0]
    assert first.startswith(told)
    assert first.endswith("; dnsmasq says: ignored")


def test_the_pool_that_is_empty_is_named() -> None:
    boot = unanswered(record("green-bios-ipxe-rom"), Family.IPV4, ipxe=True)
    refusal = replace(
        next(each for each in boot.journal.of(DhcpLogged) if each.kind.seeks),
        remark="network 192.0.2.0/24: no free leases",
    )
    full = replace(boot, journal=replace(boot.journal, events=(refusal,)))
    assert (
        judge(full)
        .causes[0]
        .startswith(
            "the pool 192.0.2.64 to 192.0.2.127 (range, etc/dhcp/dhcpd.conf:45) has no free lease: "
            "no DHCPv4 offer: 2 of iPXE's"
        )
    )


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("range 192.0.2.1 192.0.2.9; # range 1.1.1.1;", "192.0.2.1 to 192.0.2.9"),
        (
            "range 192.0.2.1; range 192.0.2.7  192.0.2.9 ;",
            "192.0.2.1 to 192.0.2.1, 192.0.2.7 to 192.0.2.9",
        ),
        ('include "/etc/dhcp/pools";', "of /etc/dhcp/dhcpd.conf"),
    ],
)
def test_pools(text: str, named: str) -> None:
    site = showmax().with_file("etc/dhcp/dhcpd.conf", text)
    server = site.daemon_facts.by_role(Role.DHCPV4)
    assert server is not None
    assert server.pool(Role.DHCPV4) == named


def test_firmware_that_boots_without_a_routers_word_is_right() -> None:
    boot = record("green-ia32-http-ipv6")
    assert boot.payload is not None
    boot = replace(boot, payload=replace(boot.payload, ipv6=()))
    heard = (each for each in boot.wire.events if not isinstance(each, RouterAdvertisement))
    assert judge(with_events(boot, *heard)).green


def test_the_servers_own_rule_is_named_that_turned_the_machine_away() -> None:
    boot = record("red-stopped-dhcpd4")
    ours = {e for e in boot.journal.events if isinstance(e, DaemonLife)}
    journal = replace(boot.journal, events=tuple(e for e in boot.journal.events if e not in ours))
    site = boot.site.replaced("etc/dhcp/dhcpd.conf", "authoritative;\n", "ignore booting;\n")
    told = judge(replace(boot, journal=journal, site=site)).causes
    rule = r"etc/dhcp/dhcpd\.conf:\d+ has `ignore booting`: no DHCPv4 offer"
    assert any(re.match(rule, each) for each in told)


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


@pytest.mark.parametrize(("last_frame", "is_told"), [(8, False), (99999, True)])
def test_a_router_that_nobody_needed_is_no_cause(last_frame: int, *, is_told: bool) -> None:
    """Firmware looks for it, a lab need not have it, and what is fetched is on the link."""
    boot = record("red-missing-script")
    router = Option(code=3, name="router", value="192.0.2.254")
    told = [
        replace(each, options=(router,)) if isinstance(each, DhcpMessage) else each
        for each in boot.wire.events
    ]
    vain = Unheard(
        time_s=told[0].time_s, frame=7, family=Family.IPV4, client_mac=MAC, server="192.0.2.254"
    ).asked_again(2, last_frame=last_frame)
    causes = judge(with_events(boot, vain, *told), When.WAITING).causes
    assert any(each.startswith("nobody has 192.0.2.254") for each in causes) is is_told


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


def test_that_nobody_advertises_is_told_where_the_approved_boot_had_it() -> None:
    site = load_site(SHOWMAX.with_name("showmax-dnsmasq"))
    site = site.replaced("etc/dnsmasq.conf", "enable-ra\n", "")
    boot = record("green-x64-http-ipv6", entry="", site=site)
    silent = [each for each in boot.wire.events if not isinstance(each, RouterAdvertisement)]
    router = "router    2001:db8::1 advertises 2001:db8::/64 on-link\n"
    asks = "firmware  asks DHCPv6 as HTTPClient, client arch 0x0010\nanswer    nobody\n"
    text = BootText.parse(f"machine   x64-http-ipv6\n{router}{asks}", path=Path("x.boot"))
    causes = judge(replace(with_events(boot, *silent), learned=text, told=text)).causes
    said = "no router advertisement was on the wire: nobody on the server sends any"
    assert f"{said} (enable-ra, beside etc/dnsmasq.conf:32)" in causes
