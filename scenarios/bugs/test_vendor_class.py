"""UEFI HTTP Boot passes over an answer that does not say `HTTPClient` in return.

UEFI 2.10, 24.7.3.1 wants it so, and servers have to be told to. The firmware does not say
so: it could not get its file's size.
"""

import pytest

from harness.lab import Lab
from harness.machines import BootPath
from harness.pytest_plugin.bugs import Bug
from harness.pytest_plugin.matrix import pair
from harness.site import Site


@pytest.fixture
def site(site: Site) -> Site:
    """Give the URL alone, over either family."""
    option = '  option vendor-class-identifier "HTTPClient";\n'
    option6 = '  option dhcp6.vendor-class 0 10 "HTTPClient";\n'
    site = site.replaced("etc/dhcp/dhcpd.conf", option, "", count=2)
    return site.replaced("etc/dhcp/dhcpd6.conf", option6, "", count=2)


@pair(
    "x64-http-ipv4",
    report="xcat2/xcat-core#7743",
    symptom="vendor class HTTPClient",
    shown_by=["ovmf-x64@2022.11", "ovmf-x64@2025.02", "ovmf-x64@2026.08"],
)
def test_vendor_class(lab: Lab, boot_path: BootPath, bug: Bug) -> None:
    """It takes the URL."""
    guest = lab.power_on(boot_path)
    with bug.held():
        guest.wait_for("iPXE initialising devices")


@pair(
    "x64-http-ipv6",
    report="xcat2/xcat-core#7743",
    symptom="vendor class HTTPClient",
    shown_by=["ovmf-x64@2022.11", "ovmf-x64@2025.02", "ovmf-x64@2026.08"],
)
def test_vendor_class_over_ipv6(lab: Lab, boot_path: BootPath, bug: Bug) -> None:
    """It takes the URL of DHCPv6, too."""
    guest = lab.power_on(boot_path)
    with bug.held():
        guest.wait_for("iPXE initialising devices")
