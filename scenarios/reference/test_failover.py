"""Two ISC DHCP servers share a pool: either may answer, one is enough, and none is red."""

from ipaddress import IPv4Interface

import pytest

from harness.errors import BootError
from harness.lab import Lab
from harness.lab.fault import add_rogue_dhcp_server
from harness.machines import BootPath
from harness.model import Family
from harness.pytest_plugin.matrix import on
from harness.site import Site
from scenarios.reference.red import red

DHCPD, DEFAULTS = "etc/dhcp/dhcpd.conf", "etc/default/isc-dhcp-server"
SECOND = IPv4Interface("192.0.2.3/24")
PEER = """
failover peer "lan" {{
  {role}
  address {own};
  port 647;
  peer address {other};
  peer port 647;
  max-response-delay 30;
  max-unacked-updates 10;
  load balance max seconds 3;
}}
"""
RANGE = "  range 192.0.2.64 192.0.2.127;"
ROGUE = IPv4Interface("192.0.2.66/24")
ROGUES = "subnet 192.0.2.0 netmask 255.255.255.0 { range 192.0.2.200 192.0.2.220; }"
FIRMWARE_S = 60.0
"""What firmware waits for an offer, four times."""


@pytest.fixture
def site(site: Site) -> Site:
    """Put a secondary beside the boot server, with the same rules."""
    pooled = site.only(Family.IPV4).replaced(
        DHCPD, RANGE, f'  pool {{ failover peer "lan";{RANGE} }}'
    )
    text = pooled.read(DHCPD)
    first = PEER.format(role="primary; mclt 600; split 128;", own="192.0.2.1", other="192.0.2.3")
    second = PEER.format(role="secondary;", own="192.0.2.3", other="192.0.2.1")
    paired = pooled.with_host("dhcp2", "dhcpd4", interfaces=(SECOND,))
    paired = paired.with_file(DHCPD, first + text)
    paired = paired.with_file(f"hosts/dhcp2/{DHCPD}", second + text)
    return paired.with_file(f"hosts/dhcp2/{DEFAULTS}", site.read(DEFAULTS))


@on("bios-ipxe-rom", slow=["x64-tftp-ipv4", "bios-vendor-rom"])
def test_either_answers(lab: Lab, boot_path: BootPath, default_entry: str) -> None:
    """Both are promised; the verdict says which of them gave the address."""
    verdict = lab.power_on(boot_path).assert_boots(default_entry)
    assert "address by dhcpd -4" in verdict.seen[0]


@on("bios-ipxe-rom", slow=["x64-tftp-ipv4"])
@pytest.mark.parametrize("dead", ["dhcpd4", "dhcpd4@dhcp2"])
def test_one_is_enough(lab: Lab, boot_path: BootPath, default_entry: str, dead: str) -> None:
    """The other one leases out of its own share of the pool, whomever that was balanced to."""
    lab.service(dead).stop()
    verdict = lab.power_on(boot_path).assert_boots(default_entry)
    pair = ("dhcpd -4", "dhcpd -4 on dhcp2")
    gone, left = pair if dead == "dhcpd4" else pair[::-1]
    assert (
        f"{gone} was stopped before this machine asked for anything; {left} answered in its place"
        in verdict.recovered
    )


@on("bios-ipxe-rom")
def test_both_dead_are_named(lab: Lab, boot_path: BootPath) -> None:
    """Nobody answers, and both are why."""
    lab.service("dhcpd4").stop()
    lab.service("dhcpd4@dhcp2").stop()
    guest = lab.power_on(boot_path)
    told = r"cause: dhcpd -4 was stopped .* and dhcpd -4 on dhcp2 was stopped .*: no DHCPv4 offer"
    with red(guest, told, own_timeouts_s=FIRMWARE_S):
        guest.wait_for_menu()


@on(slow=["bios-ipxe-rom"])
def test_a_third_is_red(lab: Lab, boot_path: BootPath, default_entry: str) -> None:
    """Two servers are promised, and no more."""
    add_rogue_dhcp_server(lab, ROGUES, address=ROGUE)
    guest = lab.power_on(boot_path)
    with pytest.raises(BootError, match=r"DHCPv4 servers answered: .*192\.0\.2\.66"):
        guest.assert_boots(default_entry)
