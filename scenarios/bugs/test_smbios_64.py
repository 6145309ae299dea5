"""iPXE for a BIOS before 1.21 cannot read a 64-bit SMBIOS entry point, so the machine has no UUID.

DHCPv6 is dead with that, and every script that asks for ${uuid}. QEMU and firmware go over to such
entry points.
"""

import pytest

from harness.lab import Lab, LabOptions
from harness.lab.fault import with_smbios
from harness.machines import BootPath
from harness.pytest_plugin.bugs import Bug
from harness.pytest_plugin.matrix import pair
from harness.site import Site
from scenarios.bugs.by_script import END, with_script


@pytest.fixture
def lab_options(lab_options: LabOptions) -> LabOptions:
    """Give machines the newer entry point alone."""
    return with_smbios(lab_options, 64)


@pytest.fixture
def site(site: Site) -> Site:
    """Ask for the UUID."""
    return with_script(site, "show uuid")


@pair(
    "bios-ipxe-rom",
    report="ipxe/ipxe#1094",
    symptom="ipxe.org/2d0c203b",
    axis="rom",
    shown_by=["ipxe@1.0"],
    not_by=["ipxe@1.21", "ipxe@2.0"],
)
def test_smbios_64(lab: Lab, boot_path: BootPath, bug: Bug) -> None:
    """The ROM knows the machine's UUID, or not."""
    guest = lab.power_on(boot_path)
    with bug.held():
        guest.wait_for(END)
