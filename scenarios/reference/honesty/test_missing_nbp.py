"""A loader that is not on the server is red, with the file and the server's answer."""

import pytest

from harness.errors import BootError
from harness.lab import Lab
from harness.machines import BootPath
from harness.pytest_plugin.matrix import on
from harness.site import Site


@pytest.fixture
def site(site: Site) -> Site:
    """Take the 64-bit UEFI loader off the server."""
    return site.without("srv/tftp/ipxe.efi")


@on("x64-tftp-ipv6", "x64-http-ipv4")
def test_is_red(lab: Lab, boot_path: BootPath) -> None:
    """TFTP and HTTP say it in their own words."""
    guest = lab.power_on(boot_path)
    with pytest.raises(BootError, match=r"cause: .*ipxe\.efi"):
        guest.wait_for_menu()
