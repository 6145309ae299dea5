"""iPXE's settings browser shows this machine's settings, and Ctrl-X leads back to the menu."""

import pytest

from harness.lab import Lab
from harness.machines import BootPath
from harness.pytest_plugin.matrix import on

pytestmark = pytest.mark.real_clock("a key must come before the menu's count-down ends")


@on("bios-ipxe-rom", slow=["x64-http-ipv6"])
def test_gives_the_menu_back(lab: Lab, boot_path: BootPath) -> None:
    """Nothing is fetched for it; after it another entry boots."""
    guest = lab.power_on(boot_path)
    guest.wait_for_menu().choose("ipxeconfig")
    guest.assert_settings("ipxeconfig").leave()
    guest.wait_for_menu().choose("gparted")
    guest.assert_boots("gparted")
