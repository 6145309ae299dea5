"""UEFI HTTP Boot does not follow a redirection."""

import pytest

from harness.lab import Lab
from harness.machines import BootPath
from harness.pytest_plugin.bugs import Bug
from harness.pytest_plugin.matrix import pair
from harness.site import Site


@pytest.fixture
def site(site: Site) -> Site:
    """Let the loader be found elsewhere, as the web server says."""
    moved = "root /srv/tftp; location = /ipxe.efi { return 302 http://192.0.2.1/moved/ipxe.efi; }"
    site = site.with_supply("srv/tftp/moved/ipxe.efi", site.supply["srv/tftp/ipxe.efi"])
    return site.replaced("etc/nginx/nginx.conf", "root /srv/tftp;", moved)


@pair(
    "x64-http-ipv4",
    report="tianocore/edk2#9714",
    symptom="Unexpected network error|redirect",
    shown_by=["ovmf-x64@2022.11", "ovmf-x64@2025.02", "ovmf-x64@2026.08"],
)
def test_redirection(lab: Lab, boot_path: BootPath, bug: Bug) -> None:
    """It goes where it is sent."""
    guest = lab.power_on(boot_path)
    with bug.held():
        guest.wait_for("iPXE initialising devices")
