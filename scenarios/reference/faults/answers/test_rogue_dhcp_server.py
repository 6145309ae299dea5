"""A rogue DHCP server is red whether it answers before ours or after, with whose lease was taken.

dhcpd pings an address before it offers it: how long it waits for the answer makes it slow.
Five seconds, because iPXE gathers offers for two and takes the last of equal ones.
"""

from ipaddress import IPv4Interface

import pytest

from harness.lab import Lab
from harness.lab.fault import add_rogue_dhcp_server
from harness.machines import BootPath
from harness.pytest_plugin.matrix import on
from harness.site import Site
from scenarios.reference.red import red

FAST, SLOW = "ping-check false;", "ping-timeout 5;"
ROGUE = IPv4Interface("192.0.2.66/24")
CONFIGURATION = """
authoritative;
{pace}
subnet 192.0.2.0 netmask 255.255.255.0 {{
  range 192.0.2.200 192.0.2.220;
  filename "http://192.0.2.66/script.ipxe";
}}
"""


class TestFaster:
    """A server that offers at once."""

    @pytest.fixture
    def site(self, site: Site) -> Site:
        """Let our server think."""
        return site.replaced("etc/dhcp/dhcpd.conf", "authoritative;", f"authoritative; {SLOW}")

    @on("bios-ipxe-rom")
    def test_is_red(self, lab: Lab, boot_path: BootPath) -> None:
        """Its lease is taken, and its script."""
        add_rogue_dhcp_server(lab, CONFIGURATION.format(pace=FAST), address=ROGUE)
        guest = lab.power_on(boot_path)
        with red(guest, r"cause: .*server 192\.0\.2\.66 .* the machine took its lease"):
            guest.assert_boots("showmax")


@pytest.mark.needs_linux("the stub is off before the rogue has thought")
@pytest.mark.real_clock("on the fast one it would be off before the rogue has thought")
class TestSlower:
    """A server that offers once the machine has ours."""

    @pytest.fixture
    def site(self, site: Site) -> Site:
        """Let our server offer at once."""
        return site.replaced("etc/dhcp/dhcpd.conf", "authoritative;", f"authoritative; {FAST}")

    @on(slow=["bios-ipxe-rom"])
    def test_is_red(self, lab: Lab, boot_path: BootPath) -> None:
        """The right entry boots by our script; whose lease the booted system gets is luck."""
        add_rogue_dhcp_server(lab, CONFIGURATION.format(pace=SLOW), address=ROGUE)
        guest = lab.power_on(boot_path)
        with red(guest, r"cause: two DHCPv4 servers answered: 192\.0\.2\.1 .*192\.0\.2\.66"):
            guest.assert_boots("showmax")
