"""An entry whose label the script does not have is red, with the label's name."""

import pytest

from harness.lab import Lab
from harness.machines import BootPath
from harness.pytest_plugin.matrix import on
from harness.site import Site
from scenarios.reference.red import red


@pytest.fixture
def site(site: Site) -> Site:
    """Rename the label of the default entry, but not its item."""
    return site.replaced(site.script_path, "\n:showmax\n", "\n:show-max\n")


@on("bios-ipxe-rom", "x64-http-ipv4")
def test_is_red(lab: Lab, boot_path: BootPath) -> None:
    """The menu comes, chooses, and has nowhere to go: each firmware complains in its way."""
    guest = lab.power_on(boot_path)
    guest.wait_for_menu().assert_default("showmax")
    with red(guest, r"cause: .*script\.ipxe.*label 'showmax', which does not exist"):
        guest.assert_boots("showmax")
