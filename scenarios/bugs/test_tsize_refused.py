"""OVMF says that it got no boot file where the TFTP server does not tell the file's size.

A server may leave an option out of its answer (RFC 2347). OVMF asks for `tsize` first (RFC 2349),
takes the missing answer for a size of nothing, and ends with PXE-E53.
"""

import pytest

from harness.lab import Lab
from harness.machines import BootPath
from harness.pytest_plugin.bugs import Bug
from harness.pytest_plugin.matrix import pair
from harness.site import Site


@pytest.fixture
def site(site: Site) -> Site:
    """Let the server refuse the option."""
    return site.replaced("etc/default/tftpd-hpa", "--secure", "--secure --refuse tsize")


@pair(
    "x64-tftp-ipv4",
    report="pin/tftp#125",
    symptom="PXE-E53",
    shown_by=["ovmf-x64@2022.11", "ovmf-x64@2025.02", "ovmf-x64@2026.08"],
)
def test_tsize_refused(lab: Lab, boot_path: BootPath, bug: Bug) -> None:
    """It fetches the file without."""
    guest = lab.power_on(boot_path)
    with bug.held():
        guest.wait_for_menu()
