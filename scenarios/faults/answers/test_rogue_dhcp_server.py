"""A rogue DHCP server is red whether it answers before ours or after, with whose lease was taken.

dhcpd pings an address before it offers it, and waits a second for the answer: who does not
ping is faster.
"""

from ipaddress import IPv4Interface

import pytest

from harness.lab import Lab
from harness.model import BootPath
from harness.site import Site
from scenarios.faults.red import red
from scenarios.matrix import on

ROGUE = IPv4Interface("192.0.2.66/24")
CONFIGURATION = """
authoritative;
ping-check {ping};
subnet 192.0.2.0 netmask 255.255.255.0 {{
  range 192.0.2.200 192.0.2.220;
  filename "http://192.0.2.66/script.ipxe";
}}
"""


class TestFaster:
    """A server that offers at once."""

    @on("bios-ipxe-rom")
    def test_is_red(self, lab: Lab, boot_path: BootPath) -> None:
        """Its lease is taken, and what it names is asked for in vain."""
        lab.add_rogue_dhcp_server(CONFIGURATION.format(ping="false"), address=ROGUE)
        guest = lab.power_on(boot_path)
        with red(guest, r"cause: .*server 192\.0\.2\.66 .* the machine took its lease"):
            guest.wait_for_menu()


class TestSlower:
    """A server that offers once the machine has ours."""

    @pytest.fixture
    def site(self, site: Site) -> Site:
        """Let our server offer at once."""
        return site.replaced("etc/dhcp/dhcpd.conf", "authoritative;", "ping-check false;")

    @on("bios-ipxe-rom")
    def test_is_red(self, lab: Lab, boot_path: BootPath) -> None:
        """The right entry boots, with the right lease: but the next boot may be less lucky."""
        lab.add_rogue_dhcp_server(CONFIGURATION.format(ping="true"), address=ROGUE)
        guest = lab.power_on(boot_path)
        with red(guest, r"cause: .*server 192\.0\.2\.66 .* the machine did not take its lease"):
            guest.assert_boots("showmax")
