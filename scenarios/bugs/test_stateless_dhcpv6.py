"""OVMF boots over IPv6 only where DHCPv6 gives it an address: stateless DHCPv6 is not enough.

RFC 8415, 6.1: on a network whose addresses come from router advertisements, a server gives the
rest by an Information-request. OVMF goes on to ask for an address.
"""

import pytest

from harness.lab import Lab
from harness.machines import BootPath
from harness.pytest_plugin.bugs import Bug
from harness.pytest_plugin.matrix import pair
from harness.site import Site


@pytest.fixture
def site(site: Site) -> Site:
    """Let machines make their own addresses, and DHCPv6 tell the boot file alone."""
    radvd, dhcpd = "etc/radvd.conf", "etc/dhcp/dhcpd6.conf"
    told = site.replaced(radvd, "AdvManagedFlag on", "AdvManagedFlag off")
    told = told.replaced(radvd, "AdvAutonomous off", "AdvAutonomous on")
    return told.replaced(dhcpd, "  range6 2001:db8::1:0 2001:db8::1:ffff;\n", "")


@pair(
    "x64-tftp-ipv6",
    report="tianocore/edk2#9832",
    symptom="PXE-E16",
    shown_by=["ovmf-x64@2022.11", "ovmf-x64@2025.02", "ovmf-x64@2026.08"],
)
def test_stateless_dhcpv6(lab: Lab, boot_path: BootPath, bug: Bug) -> None:
    """It comes to its menu."""
    guest = lab.power_on(boot_path)
    with bug.held():
        guest.wait_for_menu()
