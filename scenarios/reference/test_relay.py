"""Machines in another network than their server boot through a relay, and its silence is told."""

from dataclasses import replace
from ipaddress import IPv4Interface

import pytest

from harness.lab import Lab
from harness.machines import BootPath
from harness.model import Family
from harness.pytest_plugin.matrix import on
from harness.site import Site
from harness.site.server import Relay
from scenarios.reference.red import red

DHCPD = "etc/dhcp/dhcpd.conf"
SUBNET = "subnet 192.0.2.0 netmask 255.255.255.0 {"
OWN = f"{SUBNET} }}\n\nsubnet 198.51.100.0 netmask 255.255.255.0 {{"
FIRMWARE_S = 60.0
"""What firmware waits for an offer, four times."""


@pytest.fixture
def site(site: Site) -> Site:
    """Put the machines behind a relay, and let the server lease addresses there."""
    relayed = replace(site.only(Family.IPV4), relay=Relay(ipv4=IPv4Interface("198.51.100.1/24")))
    relayed = relayed.replaced(DHCPD, SUBNET, OWN)
    relayed = relayed.replaced(DHCPD, "192.0.2.64 192.0.2.127", "198.51.100.64 198.51.100.127")
    return relayed.replaced(DHCPD, "option routers 192.0.2.1", "option routers 198.51.100.1")


@on("bios-ipxe-rom", slow=["x64-tftp-ipv4", "x64-http-ipv4", "bios-vendor-rom"])
def test_boots(lab: Lab, boot_path: BootPath) -> None:
    """DHCP, TFTP and HTTP all come through it."""
    lab.power_on(boot_path).assert_boots(lab.site.menu.default)


@on("bios-ipxe-rom")
def test_a_silent_relay_is_the_cause(lab: Lab, boot_path: BootPath) -> None:
    """The server runs, and has heard of nobody."""
    lab.service("relay").stop()
    guest = lab.power_on(boot_path)
    told = r"cause: the relay was stopped before this machine asked for anything: no DHCPv4 offer"
    with red(guest, told, own_timeouts_s=FIRMWARE_S):
        guest.wait_for_menu()


@on(slow=["bios-ipxe-rom"])
def test_a_dead_server_behind_it_is_the_cause(lab: Lab, boot_path: BootPath) -> None:
    """The relay passes on what nobody answers."""
    lab.service("dhcpd4").stop()
    guest = lab.power_on(boot_path)
    with red(guest, r"cause: dhcpd -4 was stopped before this", own_timeouts_s=FIRMWARE_S):
        guest.wait_for_menu()


class TestUnknownNetwork:
    """The server does not know the network that the relay speaks for."""

    @pytest.fixture
    def site(self, site: Site) -> Site:
        """Give the subnet another number."""
        changed = site.replaced(DHCPD, "subnet 198.51.100.0", "subnet 203.0.113.0")
        changed = changed.replaced(DHCPD, "routers 198.51.100.1", "routers 203.0.113.1")
        pool = "203.0.113.64 203.0.113.127"
        return changed.replaced(DHCPD, "198.51.100.64 198.51.100.127", pool)

    @on(slow=["bios-ipxe-rom"])
    def test_is_red(self, lab: Lab, boot_path: BootPath) -> None:
        """The server says so itself."""
        guest = lab.power_on(boot_path)
        told = r"cause: no subnet of dhcpd -4 is .*: no DHCPv4 offer: .*; dhcpd says: unknown"
        with red(guest, told, own_timeouts_s=FIRMWARE_S):
            guest.wait_for_menu()
