"""A machine that nobody has named has a MAC address that the site's DHCP server serves."""

from dataclasses import replace
from pathlib import Path

import pytest

from harness.errors import SiteError
from harness.guest.spec import own_mac
from harness.learn.served_machines import (
    STRANGER,
    accepted_mac,
    refused_hosts,
    turned_away,
    with_stranger,
)
from harness.model import Family
from harness.services.configuration.dhcpd import accepts
from harness.services.registry import load_site
from harness.site import Site
from harness.site.known_machine import KnownMachine

SITES = Path(__file__).parents[2] / "fixtures/sites"
CONF = "etc/dhcp/dhcpd.conf"
HOST = "host known { hardware ethernet 52:54:0:AA:0:1; }"


def leasing(text: str) -> Site:
    """Give a site whose dhcpd.conf is this."""
    return load_site(SITES / "perhost").with_file(CONF, text)


def dnsmasq(*lines: str) -> Site:
    """Give a site whose dnsmasq.conf is this."""
    site = load_site(SITES / "homelab")
    for path in ("etc/dnsmasq.d/10-lan.conf", "etc/dnsmasq.d/20-pxe.conf"):
        site = site.without(path)
    return site.with_file("etc/dnsmasq.conf", "\n".join((*lines, "")))


def subnet(*lines: str) -> str:
    """Put lines into the server's subnet."""
    return f"subnet 10.40.8.0 netmask 255.255.255.0 {{ {' '.join(lines)} }}"


RANGE = "range 10.40.8.50 10.40.8.99;"
PREFIX = 'class "ours" { match if (substring (hardware, 1, 3) = 0:c:29); }'
MEMBERS = 'class "ours" { match hardware; } subclass "ours" 1:52:54:00:aa:00:02;'
VENDOR = 'class "ours" { match if substring(option vendor-class-identifier,0,9) = "PXEClient"; }'


@pytest.mark.parametrize(
    "text",
    [
        subnet(RANGE),
        subnet(RANGE) + HOST,
        "deny known-clients;" + subnet(RANGE) + HOST,
        "allow booting; deny bootp;" + subnet(RANGE),
        VENDOR + subnet(f'pool {{ allow members of "ours"; {RANGE} }}'),
        subnet("pool { deny unknown-clients;", RANGE, "}", "pool { range 10.40.8.9; }"),
        VENDOR + subnet(f'pool {{ allow known-clients; allow members of "ours"; {RANGE} }}') + HOST,
        "deny unknown-clients;" + subnet(f"pool {{ allow unknown-clients; {RANGE} }}"),
    ],
)
def test_where_anybody_is_served_it_is_a_stranger(text: str) -> None:
    assert accepted_mac(leasing(text)) == own_mac(0)


@pytest.mark.parametrize(
    ("text", "mac"),
    [
        ("deny unknown-clients;" + subnet(RANGE) + HOST, "52:54:00:aa:00:01"),
        ("ignore unknown-clients;" + subnet(RANGE) + HOST, "52:54:00:aa:00:01"),
        (subnet("deny unknown clients;", RANGE) + HOST, "52:54:00:aa:00:01"),
        (subnet(f"pool {{ allow known-clients; {RANGE} }}") + HOST, "52:54:00:aa:00:01"),
        (subnet() + HOST, "52:54:00:aa:00:01"),
        (PREFIX + subnet(f'pool {{ allow members of "ours"; {RANGE} }}'), "00:0c:29:12:34:50"),
        (MEMBERS + subnet(f'pool {{ allow members of "ours"; {RANGE} }}'), "52:54:00:aa:00:02"),
    ],
)
def test_where_strangers_are_not_it_is_one_that_is_known(text: str, mac: str) -> None:
    assert accepted_mac(leasing(text)) == mac


def test_a_stranger_is_none_of_the_hosts() -> None:
    ours = f"host ours {{ hardware ethernet {own_mac(0).upper()}; }}"
    assert accepted_mac(leasing(subnet(RANGE) + ours)) == own_mac(1)


@pytest.mark.parametrize(
    "text",
    [
        "\ndeny unknown-clients;" + subnet(RANGE),
        "\ndeny unknown-clients;" + subnet(RANGE) + "host no { hardware ethernet 2:0:0:0:0:1;"
        " deny booting; }",
    ],
)
def test_where_nobody_is_known_it_is_said_how_to_name_one(text: str) -> None:
    with pytest.raises(SiteError) as caught:
        accepted_mac(leasing(text))
    assert f"{CONF}:2 has `deny unknown-clients`" in str(caught.value)
    assert "[machines.NAME]" in str(caught.value)


def test_the_fixtures_sites_serve_somebody() -> None:
    found = {each.name: accepted_mac(load_site(each)) for each in SITES.iterdir() if each.is_dir()}
    assert found.pop("guarded") == "52:54:00:30:00:0b"
    assert set(found.values()) == {own_mac(0)}


@pytest.mark.parametrize(
    ("text", "mac"),
    [
        ("dhcp-range=10.0.0.5,10.0.0.9\ndhcp-host=52:54:00:aa:00:01,nuc", own_mac(0)),
        ("dhcp-range=10.0.0.5,static\ndhcp-host=set:a,52:54:00:aa:00:01", "52:54:00:aa:00:01"),
        (
            "dhcp-range=10.0.0.5,10.0.0.9\ndhcp-ignore=tag:!known\ndhcp-host=52:54:00:AA:00:01",
            "52:54:00:aa:00:01",
        ),
        (
            "dhcp-range=10.0.0.5,10.0.0.9\ndhcp-mac=set:lab,00:0c:29:*:*:*\ndhcp-ignore=tag:!lab",
            "00:0c:29:12:34:50",
        ),
    ],
)
def test_dnsmasq_s_rules_are_read_too(text: str, mac: str) -> None:
    assert accepted_mac(dnsmasq(text)) == mac


def test_where_strangers_are_turned_away_one_comes_and_is() -> None:
    shut = leasing("deny unknown-clients;" + subnet(RANGE) + HOST)
    site = with_stranger(replace(shut, machines={}))
    stranger = site.machines[STRANGER]
    assert stranger.mac == own_mac(0)
    assert turned_away(site, stranger.mac) == {Family.IPV4}
    assert turned_away(site, "52:54:00:aa:00:01") == set()


def test_a_stranger_has_an_address_that_no_beginning_is_of() -> None:
    ours = 'class "ours" { match if (substring (hardware, 1, 3) = 52:54:0); }'
    shut = leasing(ours + subnet(f'pool {{ allow members of "ours"; {RANGE} }}'))
    site = with_stranger(replace(shut, machines={}))
    assert site.machines[STRANGER].mac == "02:00:00:00:00:01"


def test_no_stranger_comes_where_all_are_served_or_one_has_a_name() -> None:
    served = leasing(subnet(RANGE) + HOST)
    assert STRANGER not in with_stranger(served).machines
    assert STRANGER in with_stranger(served, is_known=True).machines
    guarded = load_site(SITES / "guarded")
    assert with_stranger(guarded) == guarded
    other = KnownMachine.of("visitor", mac="52:54:00:30:0f:ff")
    named = replace(guarded, machines={"visitor": other})
    assert list(with_stranger(named).machines) == ["visitor"]


def test_a_host_that_may_not_boot_is_told_by_its_line() -> None:
    refused = "host bad { hardware ethernet 52:54:0:AA:0:2;\n deny booting; }"
    site = leasing(subnet(RANGE) + refused)
    assert refused_hosts(site) == {"52:54:00:aa:00:02": f"{CONF}:2 has `deny booting`"}
    assert turned_away(site, "52:54:00:aa:00:02") == {Family.IPV4}
    machine = KnownMachine.of("bad", mac="52:54:00:aa:00:02")
    assert refused_hosts(replace(site, machines={"bad": machine})) == {}


@pytest.mark.parametrize(
    "lines",
    [
        "dhcp-host=52:54:00:aa:00:02,ignore",
        "dhcp-host=set:bad,52:54:00:aa:00:02\ndhcp-ignore=tag:bad",
        "dhcp-mac=set:bad,52:54:00:aa:*:*\ndhcp-ignore=tag:bad",
    ],
)
def test_dnsmasq_turns_away_whom_it_ignores(lines: str) -> None:
    site = dnsmasq("dhcp-range=10.0.0.5,10.0.0.9", lines)
    assert turned_away(site, "52:54:00:aa:00:02") >= {Family.IPV4}
    assert turned_away(site, own_mac(0)) == set()
    [(mac, line)] = refused_hosts(site).items()
    assert "52:54:00:aa:00:02".startswith(mac)
    assert line.startswith("etc/dnsmasq.conf:")


@pytest.mark.parametrize("rule", ["ignore booting", "deny booting"])
def test_where_nobody_may_boot_the_line_is_told_but_to_who_is_let_in(rule: str) -> None:
    let_in = "host in { hardware ethernet 2:0:0:0:0:1; allow booting; }"
    acceptance = accepts(leasing(f"{rule};\n{subnet(RANGE)}{let_in}{HOST}"), CONF)
    assert acceptance.line_against(own_mac(0)) == f"{CONF}:1 has `{rule}`"
    assert acceptance.line_against("52:54:00:aa:00:01") == f"{CONF}:1 has `{rule}`"
    assert acceptance.line_against("02:00:00:00:00:01") == ""
