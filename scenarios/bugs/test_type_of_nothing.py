"""UEFI HTTP Boot does not start what neither its name nor its Content-Type calls a program.

A web server gives a file without an ending out as `application/octet-stream`.
"""

import pytest

from harness.lab import Lab
from harness.machines import BootPath
from harness.pytest_plugin.bugs import Bug
from harness.pytest_plugin.matrix import pair
from harness.site import Site


@pytest.fixture
def site(site: Site) -> Site:
    """Call the loader `loader`."""
    return site.with_loader("ipxe.efi", "loader", asset="ipxe/ipxe.efi")


@pair(
    "x64-http-ipv4",
    report="tinkerbell/smee#229",
    symptom="http-boot|application/octet-stream",
    shown_by=["ovmf-x64@2022.11", "ovmf-x64@2025.02", "ovmf-x64@2026.08"],
)
def test_type_of_nothing(lab: Lab, boot_path: BootPath, bug: Bug) -> None:
    """It is fetched, and started."""
    guest = lab.power_on(boot_path)
    with bug.held():
        guest.wait_for("iPXE initialising devices")
