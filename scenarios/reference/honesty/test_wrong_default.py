"""A script with the wrong default is red, by what the menu shows and by what boots."""

import pytest

from harness.errors import BootError
from harness.lab import Lab
from harness.machines import BootPath
from harness.pytest_plugin.matrix import on
from harness.site import Site


@pytest.fixture
def site(site: Site) -> Site:
    """Let the menu choose another entry by itself."""
    return site.replaced(site.script_path, "--default showmax", "--default grml", count=2)


@on("bios-ipxe-rom")
def test_is_red(lab: Lab, boot_path: BootPath) -> None:
    """The screen says it before the count-down ends; the payload says it, too."""
    guest = lab.power_on(boot_path)
    menu = guest.wait_for_menu()
    with pytest.raises(BootError, match="wrong default: the menu has selected 'grml'"):
        menu.assert_default("showmax")
    with pytest.raises(BootError, match="entry grml was booted instead of showmax"):
        guest.assert_boots("showmax")
