"""A legacy menu that offers the EFI shell is red, with the item and where to look."""

import pytest

from harness.errors import BootError
from harness.lab import Lab
from harness.machines import BootPath
from harness.pytest_plugin.matrix import on
from harness.site import Site

ITEM = "item gparted Gparted\nitem ipxeconfig"


@pytest.fixture
def site(site: Site) -> Site:
    """Offer it to machines that cannot start it."""
    return site.replaced(
        site.script_path, ITEM, ITEM.replace("\n", "\nitem efishell EFI shell\n", 1)
    )


@on("bios-ipxe-rom")
def test_is_red(lab: Lab, boot_path: BootPath) -> None:
    """The item stands in the menu."""
    guest = lab.power_on(boot_path)
    menu = guest.wait_for_menu()
    with pytest.raises(BootError, match=r"the bios menu has 'EFI shell'[\s\S]*`item efishell`"):
        menu.assert_lacks("efishell")
