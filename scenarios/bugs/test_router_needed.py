"""iPXE asks DHCPv6 nothing where no router tells it to, though the firmware has just booted by it.

ipxe b66e27d9b. OVMF asks DHCPv6 whatever routers say: a network without one boots half-way.
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
    """Have IPv6 alone: iPXE would go on over IPv4."""
    return site.only(Family.IPV6)


@pair(
    "x64-tftp-ipv6",
    report="ipxe/ipxe b66e27d9b",
    symptom="ipxe-no-lease|No configuration methods",
    axis="loader",
    shown_by=["ipxe@1.0", "ipxe@1.21", "ipxe@2.0"],
)
def test_router_needed(lab: Lab, boot_path: BootPath, bug: Bug) -> None:
    """The server is on the link, and DHCPv6 has addresses."""
    lab.service("radvd").stop()
    guest = lab.power_on(boot_path)
    guest.wait_for("iPXE initialising devices")
    with bug.held():
        guest.wait_for_menu()
