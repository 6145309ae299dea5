"""iPXE before 1.21 does not know a URL's scheme in capitals: HTTP://.

Case means nothing there (RFC 3986, 3.1).
"""

import pytest

from harness.lab import Lab
from harness.machines import BootPath
from harness.pytest_plugin.bugs import Bug
from harness.pytest_plugin.matrix import pair
from harness.site import Site
from scenarios.bugs.by_script import END, with_script


@pytest.fixture
def site(site: Site) -> Site:
    """Write it so."""
    return with_script(site, "imgfetch HTTP://192.0.2.1/ipxe.efi")


@pair(
    "x64-tftp-ipv4",
    report="ipxe/ipxe 2690f7309",
    symptom="ipxe.org/3c092083",
    axis="loader",
    shown_by=["ipxe@1.0"],
    not_by=["ipxe@1.21", "ipxe@2.0"],
)
def test_upper_case_scheme(lab: Lab, boot_path: BootPath, bug: Bug) -> None:
    """It is fetched all the same."""
    guest = lab.power_on(boot_path)
    with bug.held():
        guest.wait_for(END)
