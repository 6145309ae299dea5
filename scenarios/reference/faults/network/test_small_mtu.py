"""An IPv6 network whose links carry 1280 bytes, the least that IPv6 allows, boots green."""

import pytest

from harness.lab import Lab
from harness.machines import BootPath
from harness.pytest_plugin.matrix import on
from harness.site import Site

MTU = 1280


@pytest.fixture
def site(site: Site) -> Site:
    """Let the router say so, and leave IPv6 alone on the network."""
    announced = f"AdvSendAdvert on;\n  AdvLinkMTU {MTU};"
    site = site.replaced("etc/radvd.conf", "AdvSendAdvert on;", announced)
    return site.without_daemons("dhcpd4")


@on("x64-tftp-ipv6")
def test_boots(lab: Lab, boot_path: BootPath) -> None:
    """TFTP's blocks and TCP's segments are as small as the router has said."""
    lab.network.set_mtu(MTU)
    guest = lab.power_on(boot_path)
    guest.assert_boots("showmax")


@pytest.mark.needs_linux("its own DHCP and names work over IPv6 alone, in small packets")
@on(slow=["x64-http-ipv6"])
def test_the_system_has_its_address(lab: Lab, boot_path: BootPath) -> None:
    """What it asks and is told goes through links as narrow."""
    lab.network.set_mtu(MTU)
    guest = lab.power_on(boot_path)
    guest.assert_boots("showmax")
