"""A pool with an address that somebody has is told where its server asks nobody first."""

import shutil
from pathlib import Path

import pytest

from harness.examine import findings
from harness.services.registry import load_site
from harness.site import Site
from tests.examine.conftest import FIXTURES, edited

DHCPD, KEA, DNSMASQ = "etc/dhcp/dhcpd.conf", "etc/kea/kea-dhcp4.conf", "etc/dnsmasq.conf"
OWN = "the pool has 192.0.2.1, which a server of the site's has: "


def by(daemon: str, tmp_path: Path) -> Site:
    """Give a copy of the reference site by another DHCP server."""
    return load_site(shutil.copytree(FIXTURES / f"showmax-{daemon}", tmp_path / daemon))


@pytest.mark.parametrize(
    ("before", "inside", "is_told"),
    [
        ("", "", False),
        ("ping-check false;\n", "", True),
        ("ping-check off;\n", "ping-check true; ", False),
        ("ping-check true;\n", "ping-check 0; ", True),
        ("group { ping-check false; }\n", "", False),
    ],
)
def test_dhcpd_pings_first_unless_it_is_told_not_to(
    before: str, inside: str, *, is_told: bool, showmax: Site
) -> None:
    site, _ = edited(showmax, DHCPD, "authoritative;", f"{before}authoritative;")
    site, line = edited(site, DHCPD, "range 192.0.2.64", f"{inside}range 192.0.2.1")
    found = [str(each) for each in findings(site)]
    assert [f"{DHCPD}:{line}: warning: {OWN}dhcpd leases it" in each for each in found] == [True][
        :is_told
    ]
    assert all(f"(`ping-check {'0' if inside else 'false'}`, {DHCPD}:" in each for each in found)


def test_a_router_and_a_next_server_are_somebody(showmax: Site) -> None:
    rules = "ping-check false; range 192.0.2.64"
    site, _ = edited(showmax, DHCPD, "range 192.0.2.64", rules)
    site, line = edited(site, DHCPD, "routers 192.0.2.1", "routers 192.0.2.70")
    said = f"the pool has 192.0.2.70, the router ({DHCPD}:{line}): dhcpd leases it"
    assert any(said in each.what for each in findings(site))


def test_kea_asks_nobody(tmp_path: Path) -> None:
    site, line = edited(by("kea", tmp_path), KEA, "192.0.2.64 -", "192.0.2.1 -")
    (found,) = findings(site)
    assert f"{found}".startswith(f"{KEA}:{line}: warning: {OWN}Kea leases it without asking")


@pytest.mark.parametrize(
    ("router", "option", "is_told"),
    [("192.0.2.1", "no-ping", False), ("192.0.2.9", "", False), ("192.0.2.9", "no-ping", True)],
)
def test_dnsmasq_leaves_out_its_own_and_pings_others(
    router: str, option: str, *, is_told: bool, tmp_path: Path
) -> None:
    site, _ = edited(by("dnsmasq", tmp_path), DNSMASQ, "no-hosts", f"no-hosts\n{option}")
    site, line = edited(site, DNSMASQ, "range=192.0.2.64", "range=192.0.2.1")
    site, _ = edited(site, DNSMASQ, "option:router,192.0.2.1", f"option:router,{router}")
    said = f"{DNSMASQ}:{line}: warning: the pool has 192.0.2.9, the router ({DNSMASQ}:"
    assert [said in str(each) for each in findings(site)] == [True][:is_told]
