"""OVMF asks DHCPv6 for two addresses, as two identities (IAID), where one is all that there is.

Once for itself, as the router advertises that addresses are managed; once more to boot by PXE. A
pool of one address has none for the second (NoAddrsAvail). Where that is PXE's, it boots nothing;
or it is offered the one that the other identity is then given: it goes on to ask for that, and each
Reply has no address. Where PXE was first, on a slow machine, it boots, and the wire alone shows it.
"""

import pytest

from harness.lab import Lab
from harness.machines import BootPath
from harness.pytest_plugin.bugs import Bug
from harness.pytest_plugin.matrix import pair
from harness.site import Site
from harness.witness.wire import DhcpMessage

pytestmark = pytest.mark.real_clock("both questions are put at once, and who is first decides")

GIVES_UP_S = 15.0
"""Of a machine with KVM: with emulation four times as much."""


@pytest.fixture
def site(site: Site) -> Site:
    """Lease one address."""
    whole = "range6 2001:db8::1:0 2001:db8::1:ffff;"
    return site.replaced("etc/dhcp/dhcpd6.conf", whole, "range6 2001:db8::1:0 2001:db8::1:0;")


@pair(
    "x64-tftp-ipv6",
    report="tianocore/edk2#9828",
    symptom="NoAddrsAvail|the last that went well was DHCPv6 as PXEClient",
    shown_by=["ovmf-x64@2022.11", "ovmf-x64@2025.02", "ovmf-x64@2026.08"],
)
def test_two_identities(lab: Lab, boot_path: BootPath, bug: Bug) -> None:
    """One address is enough for one machine."""
    guest = lab.power_on(boot_path)
    with bug.held():
        guest.wait_for("iPXE initialising devices", timeout_s=GIVES_UP_S)
        refused = [each.status for each in lab.wire().of(DhcpMessage, mac=guest.mac) if each.status]
        assert not refused, refused
