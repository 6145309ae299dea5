"""A next-server that nobody has is red, with the address and who it should be."""

import pytest

from harness.lab import Lab
from harness.machines import BootPath
from harness.pytest_plugin.matrix import on
from harness.site import Site
from scenarios.reference.red import red

POST_S, OFFERS_S, BLOCKS_S = 20.0, 7.0, 6 * 8.0
"""How long a cold start takes, and UEFI gathers offers, and asks a TFTP server in vain."""


@pytest.fixture
def site(site: Site) -> Site:
    """Name an address where nobody is."""
    return site.replaced("etc/dhcp/dhcpd.conf", "next-server 192.0.2.1;", "next-server 192.0.2.99;")


@on("x64-tftp-ipv4")
def test_firmware_is_red(lab: Lab, boot_path: BootPath) -> None:
    """Firmware asks it for the loader, in vain."""
    guest = lab.power_on(boot_path)
    cause = r"cause: .*next-server 192\.0\.2\.99 "
    with red(guest, cause, own_timeouts_s=POST_S + OFFERS_S + BLOCKS_S):
        guest.wait_for_menu()


@on("bios-ipxe-rom")
def test_script_is_red(lab: Lab, boot_path: BootPath) -> None:
    """The script asks it for the machine's own script, in vain."""
    guest = lab.power_on(boot_path)
    with red(guest, r"cause: .*next-server 192\.0\.2\.99 "):
        guest.assert_boots("showmax")
