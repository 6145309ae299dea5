"""iPXE's other builds boot as the usual ones do: snponly.efi on UEFI, ipxe.pxe on a legacy ROM."""

import pytest

from harness.lab import Lab
from harness.machines import BootPath
from harness.pytest_plugin.matrix import on
from harness.site import Site


@pytest.fixture
def site(site: Site) -> Site:
    """Hand out the build on the firmware's network driver, and the one with its own for a BIOS."""
    other = site.with_loader("ipxe.efi", "snponly.efi", asset="ipxe/snponly.efi")
    return other.with_loader("undionly.kpxe", "ipxe.pxe", asset="ipxe/ipxe.pxe")


@on("x64-tftp-ipv6", slow=["x64-tftp-ipv4", "x64-http-ipv4", "x64-http-ipv6"])
def test_boots_snponly(lab: Lab, boot_path: BootPath) -> None:
    """Whichever way the firmware fetches it, it goes on over the firmware's network card."""
    lab.power_on(boot_path).assert_boots(lab.site.menu.default)


@on(slow=["bios-vendor-rom"])
def test_boots_ipxe_pxe(lab: Lab, boot_path: BootPath) -> None:
    """It needs nothing of the ROM that fetched it."""
    lab.power_on(boot_path).assert_boots(lab.site.menu.default)
