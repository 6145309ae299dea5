"""OVMF takes the first parameter of a DHCPv6 boot file for the file's size, whatever it is.

RFC 5970, 3.2: option 60 carries parameters for the program. Windows' boot manager wants the path of
its BCD there. OVMF makes a number of blocks of it, and gives up with PXE-E05 where the file is
larger.
"""

import pytest

from harness.lab import Lab
from harness.machines import BootPath
from harness.pytest_plugin.bugs import Bug
from harness.pytest_plugin.matrix import pair
from harness.site import Site


@pytest.fixture
def site(site: Site) -> Site:
    """Send such a parameter beside the URL: two bytes of length, and `BCD`."""
    configuration = "etc/dhcp/dhcpd6.conf"
    url = '  option dhcp6.bootfile-url "tftp://[2001:db8::1]/ipxe.efi";'
    code = "option dhcp6.bootfile-url code 59"
    return site.replaced(
        configuration, url, f"{url}\n  option dhcp6.boot-parameter 00:03:42:43:44;"
    ).replaced(configuration, code, f"option dhcp6.boot-parameter code 60 = string;\n{code}")


@pair(
    "x64-tftp-ipv6",
    report="tianocore/edk2#10114",
    symptom="PXE-E05",
    shown_by=["ovmf-x64@2022.11", "ovmf-x64@2025.02", "ovmf-x64@2026.08"],
)
def test_boot_file_parameter(lab: Lab, boot_path: BootPath, bug: Bug) -> None:
    """It fetches the file."""
    guest = lab.power_on(boot_path)
    with bug.held():
        guest.wait_for_menu()
