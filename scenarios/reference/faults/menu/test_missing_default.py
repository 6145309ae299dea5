"""A default that is no item of the menu is red, though iPXE silently takes the first item."""

import pytest

from harness.lab import Lab
from harness.machines import BootPath
from harness.pytest_plugin.matrix import on
from harness.site import Site
from scenarios.reference.red import red


@pytest.fixture
def site(site: Site) -> Site:
    """Mistype the default."""
    return site.replaced(site.script_path, "--default showmax", "--default shomax", count=2)


@on("bios-ipxe-rom")
def test_is_red(lab: Lab, boot_path: BootPath) -> None:
    """The right entry boots, by luck."""
    guest = lab.power_on(boot_path)
    with red(guest, r"cause: .*default 'shomax' is not an item"):
        guest.assert_boots("showmax")
