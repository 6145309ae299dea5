"""An IPv6 network whose links carry 1280 bytes, the least that IPv6 allows, boots green."""

import pytest

from harness.lab import Lab
from harness.model import BootPath
from harness.site import Site
from scenarios.matrix import on

MTU = 1280


@pytest.fixture
def site(site: Site) -> Site:
    """Let the router say so."""
    return site.replaced(
        "etc/radvd.conf", "AdvSendAdvert on;", f"AdvSendAdvert on; AdvLinkMTU {MTU};"
    )


@on("x64-tftp-ipv6", "x64-http-ipv6")
def test_boots(lab: Lab, boot_path: BootPath) -> None:
    """What does not fit is split: TFTP's blocks by IPv6, the rest by TCP."""
    lab.network.set_mtu(MTU)
    guest = lab.power_on(boot_path)
    guest.assert_boots("showmax")
