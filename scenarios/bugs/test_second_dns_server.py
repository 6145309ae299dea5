"""iPXE before 1.21 asks the first DNS server alone: where that is down, machines do not boot."""

import pytest

from harness.lab import Lab
from harness.machines import BootPath
from harness.model import Family
from harness.pytest_plugin.bugs import Bug
from harness.pytest_plugin.matrix import pair
from harness.site import Site
from scenarios.bugs.by_script import END, with_script


@pytest.fixture
def site(site: Site) -> Site:
    """Name one first that nobody is, on a network of IPv4 alone, and look a name up."""
    servers = "option domain-name-servers 192.0.2.1;"
    two = servers.replace("192.0.2.1", "192.0.2.9, 192.0.2.1")
    told = site.only(Family.IPV4).replaced("etc/dhcp/dhcpd.conf", servers, two)
    return with_script(told, "imgfetch http://local-server/ipxe.efi")


@pair(
    "x64-tftp-ipv4",
    report="ipxe/ipxe 366206517",
    symptom="ipxe-timed-out",
    axis="loader",
    shown_by=["ipxe@1.0"],
    not_by=["ipxe@1.21", "ipxe@2.0"],
)
def test_second_dns_server(lab: Lab, boot_path: BootPath, bug: Bug) -> None:
    """The second knows the name."""
    guest = lab.power_on(boot_path)
    with bug.held():
        guest.wait_for(END)
