"""iPXE before 1.21 takes the other address of a /31 for the broadcast's (RFC 3021).

77acf6b41: frames to the server go to everybody, and TCP does not take those. OVMF does not boot in
such a network itself.
"""

from dataclasses import replace
from ipaddress import IPv4Interface

import pytest

from harness.lab import Lab
from harness.machines import BootPath
from harness.model import Family
from harness.pytest_plugin.bugs import Bug
from harness.pytest_plugin.matrix import pair
from harness.site import Site


@pytest.fixture
def site(site: Site) -> Site:
    """Make the network one of two addresses: the server's, and the one that it leases."""
    dhcpd = "etc/dhcp/dhcpd.conf"
    told = site.only(Family.IPV4)
    told = replace(told, server=replace(told.server, ipv4=IPv4Interface("192.0.2.1/31")))
    told = told.replaced(dhcpd, "netmask 255.255.255.0", "netmask 255.255.255.254")
    return told.replaced(dhcpd, "range 192.0.2.64 192.0.2.127", "range 192.0.2.0")


@pair(
    "bios-ipxe-rom",
    report="ipxe/ipxe 77acf6b41",
    symptom="takes 192.0.2.1 .*for its network's broadcast address",
    axis="rom",
    shown_by=["ipxe@1.0"],
    not_by=["ipxe@1.21", "ipxe@2.0"],
)
def test_net_of_two(lab: Lab, boot_path: BootPath, bug: Bug) -> None:
    """It fetches its script by HTTP."""
    guest = lab.power_on(boot_path)
    with bug.held():
        guest.wait_for_menu()
