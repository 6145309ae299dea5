"""HTTPS Boot before edk2-stable202402 does not ask the server where it knows no authority.

43ab6622a8 has it ask, and turn the certificate down. Before that nothing of the attempt is on the
wire or in the web server's log: whoever looks there takes it for a fault of DHCP, or of DNS.
"""

import pytest

from harness.certificate import Certified
from harness.errors import BootError
from harness.lab import Lab
from harness.machines import BootPath
from harness.pytest_plugin.bugs import Bug
from harness.pytest_plugin.matrix import pair
from harness.site import Site
from harness.witness.wire import TlsSession
from scenarios.reference.https.site import NAME, with_https

NOT_ASKED = "the server was not asked for TLS"


@pytest.fixture
def site(site: Site, authority: Certified) -> Site:
    """Show a good certificate to machines that know no authority."""
    return with_https(site, authority.issue(NAME))


@pair(
    "x64-http-ipv4",
    report="tianocore/edk2 43ab6622a8",
    symptom=NOT_ASKED,
    shown_by=["ovmf-x64@2022.11"],
    not_by=["ovmf-x64@2025.02", "ovmf-x64@2026.08"],
)
def test_no_authority(lab: Lab, boot_path: BootPath, bug: Bug) -> None:
    """The server is asked, and its certificate turned down."""
    guest = lab.power_on(boot_path)
    with pytest.raises(BootError):
        guest.wait_for_menu()
    asked = list(lab.wire().of(TlsSession, mac=guest.mac))
    with bug.held():
        assert asked, NOT_ASKED
