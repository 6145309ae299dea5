"""HTTPS Boot before edk2-stable202605 does not say that it was TLS that failed.

56b1ab8ca3 prints it. Without an authority 2022.11 does not even ask the server (43ab6622a8).
"""

import pytest

from harness.certificate import Certified
from harness.errors import BootError
from harness.lab import Lab
from harness.machines import BootPath
from harness.pytest_plugin.bugs import Bug
from harness.pytest_plugin.matrix import pair
from harness.site import Site
from scenarios.reference.https.site import NAME, with_https


@pytest.fixture
def site(site: Site) -> Site:
    """Show a certificate to machines that know no authority."""
    return with_https(site, Certified.by_itself("Nobody they know").issue(NAME))


@pair(
    "x64-http-ipv4",
    report="tianocore/edk2 56b1ab8ca3",
    symptom="NBP file size|Remote boot cancelled|Unexpected network error",
    shown_by=["ovmf-x64@2022.11", "ovmf-x64@2025.02"],
    not_by=["ovmf-x64@2026.08"],
)
def test_silent_about_tls(lab: Lab, boot_path: BootPath, bug: Bug) -> None:
    """It names TLS when that has failed."""
    guest = lab.power_on(boot_path)
    with pytest.raises(BootError) as caught:
        guest.wait_for_menu()
    said = caught.value.what
    with bug.held():
        assert "TLS" in said, said
