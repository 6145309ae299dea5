"""A script that iPXE cannot read is red, with the line that it stumbled over."""

import pytest

from harness.lab import Lab
from harness.machines import BootPath
from harness.pytest_plugin.matrix import on
from harness.site import Site
from scenarios.reference.red import red


class TestUnknownCommand:
    """A command that iPXE does not have."""

    @pytest.fixture
    def site(self, site: Site) -> Site:
        """Mistype a command before the menu."""
        return site.replaced(site.script_path, "\nimgfree\n", "\nimgfre\n")

    @on("bios-ipxe-rom")
    def test_is_red(self, lab: Lab, boot_path: BootPath) -> None:
        """The word is named."""
        guest = lab.power_on(boot_path)
        with red(guest, r"imgfre: command not found"):
            guest.wait_for_menu()


class TestOption:
    """An option that the command does not have."""

    @pytest.fixture
    def site(self, site: Site) -> Site:
        """Mistype an option of the menu."""
        return site.replaced(site.script_path, "--timeout 5000", "--timout 5000", count=2)

    @on("bios-ipxe-rom")
    def test_is_red(self, lab: Lab, boot_path: BootPath) -> None:
        """The option is named."""
        guest = lab.power_on(boot_path)
        with red(guest, r"cause: .*timout"):
            guest.wait_for_menu()


class TestNoShebang:
    """A script without its first line is no script to iPXE."""

    @pytest.fixture
    def site(self, site: Site) -> Site:
        """Take the first line away."""
        return site.replaced(site.script_path, "#!ipxe\n", "")

    @on("bios-ipxe-rom")
    def test_is_red(self, lab: Lab, boot_path: BootPath) -> None:
        """What the file begins with is named."""
        guest = lab.power_on(boot_path)
        with red(guest, r"cause: .*script\.ipxe.*#!ipxe"):
            guest.wait_for_menu()
