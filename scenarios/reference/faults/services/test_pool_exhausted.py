"""A pool without a free address is red, with the DHCP server's own words."""

import pytest

from harness.lab import Lab
from harness.machines import BootPath
from harness.pytest_plugin.matrix import on
from harness.site import Site
from scenarios.reference.red import red

LEASE4 = """
lease 192.0.2.64 {
  starts 4 2026/01/01 00:00:00;
  ends never;
  binding state active;
  hardware ethernet 52:54:00:00:00:77;
}
"""
LEASE6 = """
ia-na "\\001\\000\\000\\000\\000\\003\\000\\001RT\\000\\000\\000w" {
  cltt 4 2026/01/01 00:00:00;
  iaaddr 2001:db8::1:0 {
    binding state active;
    preferred-life 604800;
    max-life 2592000;
    ends never;
  }
}
"""
PXE_S = 60.0
"""EDK II solicits an address again and again, with longer and longer pauses."""


class TestIPv4:
    """One address, and another machine has it."""

    @pytest.fixture
    def site(self, site: Site) -> Site:
        """Shrink the pool."""
        small = site.replaced("etc/dhcp/dhcpd.conf", "192.0.2.127", "192.0.2.64")
        return small.with_file("var/lib/dhcp/dhcpd.leases", LEASE4)

    @on("bios-ipxe-rom")
    def test_is_red(self, lab: Lab, boot_path: BootPath) -> None:
        """Dhcpd logs why it does not answer."""
        guest = lab.power_on(boot_path)
        with red(guest, r"cause: the pool 192\.0\.2\.64 to 192\.0\.2\.64 .* has no free lease"):
            guest.assert_boots(lab.site.menu.default)


class TestIPv6:
    """The same with DHCPv6, which says so to the client."""

    @pytest.fixture
    def site(self, site: Site) -> Site:
        """Shrink the pool."""
        small = site.replaced("etc/dhcp/dhcpd6.conf", "2001:db8::1:ffff", "2001:db8::1:0")
        return small.with_file("var/lib/dhcp/dhcpd6.leases", LEASE6)

    @on(slow=["x64-http-ipv6"])
    def test_is_red(self, lab: Lab, boot_path: BootPath) -> None:
        """The answer itself says that there is no address."""
        guest = lab.power_on(boot_path)
        cause = r"cause: the pool 2001:db8::1:0 to 2001:db8::1:0 .* has no free .*NoAddrsAvail"
        with red(guest, cause, own_timeouts_s=PXE_S):
            guest.wait_for_menu()
