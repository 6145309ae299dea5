"""OVMF says that it got no boot file where it is the way to the server that it does not know.

No router has advertised itself, and the server is on another link. PXE-E53 is about DHCP, which has
named the file.
"""

import pytest

from harness.lab import Lab
from harness.machines import BootPath
from harness.pytest_plugin.bugs import Bug
from harness.pytest_plugin.matrix import pair
from harness.site import Site
from scenarios.bugs.behind_router import put_behind_router, with_loader_at
from scenarios.bugs.test_prefix_length import FAR


@pytest.fixture
def site(site: Site) -> Site:
    """Have the loader on another link."""
    return with_loader_at(site, FAR)


@pair(
    "x64-tftp-ipv6",
    report="OVMF without a route to the server (no public report found)",
    symptom="PXE-E53",
    shown_by=["ovmf-x64@2022.11", "ovmf-x64@2025.02", "ovmf-x64@2026.08"],
)
def test_no_router(lab: Lab, boot_path: BootPath, bug: Bug) -> None:
    """It says something else, or boots."""
    put_behind_router(lab, FAR)
    lab.service("radvd").stop()
    guest = lab.power_on(boot_path)
    with bug.held():
        guest.wait_for("iPXE initialising devices")
