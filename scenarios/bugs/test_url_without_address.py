"""iPXE takes a URL from DHCPv6 and asks for no address by which it could fetch it.

ipxe b66e27d9b: where the router sets the flag for other configuration alone, iPXE asks for that,
and no address; where the prefix is not for addresses of one's own making either, it has none.
OVMF asks for an address whatever the flags say.
"""

import pytest

from harness.lab import Lab
from harness.machines import BootPath
from harness.model import Family
from harness.pytest_plugin.bugs import Bug
from harness.pytest_plugin.matrix import pair
from harness.site import Site


@pytest.fixture
def site(site: Site) -> Site:
    """Have IPv6 alone, and clear the managed flag."""
    managed = "AdvManagedFlag"
    return site.only(Family.IPV6).replaced("etc/radvd.conf", f"{managed} on", f"{managed} off")


@pair(
    "x64-tftp-ipv6",
    report="ipxe/ipxe b66e27d9b",
    symptom="ipxe.org/280a6090",
    axis="loader",
    shown_by=["ipxe@1.0", "ipxe@1.21", "ipxe@2.0"],
)
def test_url_without_address(lab: Lab, boot_path: BootPath, bug: Bug) -> None:
    """DHCPv6 has an address for it, too."""
    guest = lab.power_on(boot_path)
    guest.wait_for("iPXE initialising devices")
    with bug.held():
        guest.wait_for_menu()
