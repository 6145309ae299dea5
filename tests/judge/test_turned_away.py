"""Whom a DHCP server gives no address, by which rule or pool: made of a real boot by one change."""

import re
from dataclasses import replace
from typing import Any

import pytest

from harness.judge.judgement import judge
from harness.model import Family, Role
from harness.services.registry import load_site
from harness.site import Site
from harness.witness.journal import DaemonLife, DhcpLogged
from harness.witness.wire import (
    DhcpKind,
    DhcpMessage,
)
from tests.judge.recorded import MAC, SHOWMAX, record, showmax, with_events
from tests.judge.silenced import unanswered


def refused(site: Site, **logged: Any) -> str:  # noqa: ANN401
    """Give the first cause of a boot of which a server has logged no more than this."""
    boot = unanswered(record("green-bios-ipxe-rom", site=site), Family.IPV4, ipxe=True)
    seeks = next(each for each in boot.journal.of(DhcpLogged) if each.kind.seeks)
    journal = replace(boot.journal, events=(replace(seeks, **logged),))
    return judge(replace(boot, journal=journal)).causes[0]


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
    first = refused(site, remark="unknown client")
    assert first.startswith("etc/dhcp/dhcpd.conf:5 has `deny unknown-clients`: no DHCPv4 offer: ")
    said = f"; {mac} (etc/dhcp/dhcpd.conf:6) is nearly this machine's address, {MAC}"
    assert first.endswith(said) is is_told


def test_a_host_that_is_denied_to_boot_is_told_with_its_rule() -> None:
    own = f"host own {{ hardware ethernet {MAC}; deny booting; }}"
    site = showmax().replaced("etc/dhcp/dhcpd.conf", "authoritative;\n", f"authoritative;\n{own}\n")
    first = refused(site, remark="booting disallowed")
    assert first.startswith("etc/dhcp/dhcpd.conf:5 has `deny booting`: no DHCPv4 offer: ")
    assert first.endswith("dhcpd says: booting disallowed")


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
    first = refused(site, daemon="dnsmasq", remark="ignored")
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


def test_the_servers_own_rule_is_named_that_turned_the_machine_away() -> None:
    boot = record("red-stopped-dhcpd4")
    ours = {e for e in boot.journal.events if isinstance(e, DaemonLife)}
    journal = replace(boot.journal, events=tuple(e for e in boot.journal.events if e not in ours))
    site = boot.site.replaced("etc/dhcp/dhcpd.conf", "authoritative;\n", "ignore booting;\n")
    told = judge(replace(boot, journal=journal, site=site)).causes
    rule = r"etc/dhcp/dhcpd\.conf:\d+ has `ignore booting`: no DHCPv4 offer"
    assert any(re.match(rule, each) for each in told)
