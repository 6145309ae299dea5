"""iPXE asks DHCPv6 nothing where the router sets no flag, though its firmware has booted by it.

ipxe b66e27d9b: DHCPv6 begins with a router advertisement that has the managed flag or the other
one. OVMF asks whatever they say.
"""

import pytest

from harness.lab import Lab
from harness.machines import BootPath
from harness.model import Family
from harness.pytest_plugin.bugs import Bug
from harness.pytest_plugin.matrix import pair
from harness.site import Site

RADVD = "etc/radvd.conf"


@pytest.fixture
def site(site: Site) -> Site:
    """Have IPv6 alone, and clear both flags."""
    told = site.only(Family.IPV6)
    for flag in ("AdvManagedFlag", "AdvOtherConfigFlag"):
        told = told.replaced(RADVD, f"{flag} on", f"{flag} off")
    return told


@pair(
    "x64-tftp-ipv6",
    report="ipxe/ipxe b66e27d9b",
    symptom="Nothing to boot|No configuration methods|No more network devices",
    axis="loader",
    shown_by=["ipxe@1.0", "ipxe@1.21", "ipxe@2.0"],
)
def test_router_without_flags(lab: Lab, boot_path: BootPath, bug: Bug) -> None:
    """The DHCPv6 server that the firmware has asked has a script for iPXE, too."""
    guest = lab.power_on(boot_path)
    guest.wait_for("iPXE initialising devices")
    with bug.held():
        guest.wait_for_menu()
