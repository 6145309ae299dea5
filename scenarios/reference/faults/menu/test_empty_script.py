"""A script with nothing in it is red."""

import pytest

from harness.lab import Lab
from harness.machines import BootPath
from harness.pytest_plugin.matrix import on
from harness.site import Site
from scenarios.reference.red import red


class TestNoCommands:
    """A script that ends at once."""

    @pytest.fixture
    def site(self, site: Site) -> Site:
        """Leave its first line alone."""
        return site.with_file(site.script_path, "#!ipxe\n")

    @on("bios-ipxe-rom", "x64-http-ipv4")
    def test_is_red(self, lab: Lab, boot_path: BootPath) -> None:
        """The firmware is back, and the script is named."""
        guest = lab.power_on(boot_path)
        with red(guest, r"cause: .*script\.ipxe.*no command"):
            guest.wait_for_menu()


class TestNoBytes:
    """A file of no bytes."""

    @pytest.fixture
    def site(self, site: Site) -> Site:
        """Truncate it."""
        return site.with_file(site.script_path, "")

    @on("bios-ipxe-rom")
    def test_is_red(self, lab: Lab, boot_path: BootPath) -> None:
        """It is named as empty."""
        guest = lab.power_on(boot_path)
        with red(guest, r"cause: .*script\.ipxe.*empty"):
            guest.wait_for_menu()
