"""HTTPS Boot before edk2-stable202508 takes a certificate whose time is over.

Pull request 11250 has it look at the time. iPXE, which comes so, does: it is the first to mind.
"""

import pytest

from harness.errors import BootError
from harness.lab import Lab, LabOptions
from harness.lab.https import DAY, Certified, with_authorities
from harness.machines import BootPath
from harness.pytest_plugin.bugs import Bug
from harness.pytest_plugin.matrix import pair
from harness.site import Site
from scenarios.reference.https.site import NAME, with_https

IPXE_MINDS = r"ca\.ipxe\.org did not resolve"
"""Whom iPXE asks for another word, since it was started."""


@pytest.fixture
def lab_options(lab_options: LabOptions, authority: Certified) -> LabOptions:
    """Have machines know it."""
    return with_authorities(lab_options, authority)


@pytest.fixture
def site(site: Site, authority: Certified) -> Site:
    """Show a certificate that was good until yesterday."""
    return with_https(site, authority.issue(NAME, begins=-9 * DAY, ends=-DAY))


@pair(
    "x64-http-ipv4",
    report="tianocore/edk2#11245",
    symptom=IPXE_MINDS,
    shown_by=["ovmf-x64@2022.11", "ovmf-x64@2025.02"],
    not_by=["ovmf-x64@2026.08"],
)
def test_expired_certificate(lab: Lab, boot_path: BootPath, bug: Bug) -> None:
    """Nothing that was fetched by it is started."""
    guest = lab.power_on(boot_path)
    with pytest.raises(BootError) as caught:
        guest.assert_boots(lab.site.menu.default)
    with bug.held():
        assert "TLS" in caught.value.what, str(caught.value)
