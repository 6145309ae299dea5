"""A per-machine script that never ends is red, and named as what the machine is caught in."""

import re

import pytest

from harness.lab import Lab
from harness.machines import BootPath
from harness.pytest_plugin.matrix import on
from harness.site import Site
from scenarios.reference.red import red

MAC = "52:54:00:12:34:56"


class TestFetchingItself:
    """A script that chains itself."""

    @pytest.fixture
    def site(self, site: Site) -> Site:
        """Give the machine such a script."""
        script = "#!ipxe\nchain --replace http://192.0.2.1/script.ipxe-${netX/mac}\n"
        return site.with_file(site.machine_script_path(MAC), script)

    @on("bios-ipxe-rom")
    def test_is_red(self, lab: Lab, boot_path: BootPath) -> None:
        """It is fetched again and again."""
        guest = lab.power_on(boot_path, mac=MAC)
        with red(guest, rf"cause: .*script\.ipxe-{MAC}.*loop"):
            guest.wait_for_menu()


class TestGoingBack:
    """A script that jumps back in silence."""

    @pytest.fixture
    def site(self, site: Site) -> Site:
        """Give the machine such a script."""
        script = "#!ipxe\n:again\nsleep 1\ngoto again\n"
        return site.with_file(site.machine_script_path(MAC), script)

    @on("bios-ipxe-rom")
    def test_is_red(self, lab: Lab, boot_path: BootPath) -> None:
        """Nothing more comes: a moment without a menu, and the script tells why."""
        guest = lab.power_on(boot_path, mac=MAC)
        guest.wait_for(re.compile(r"script\.ipxe-\S+ ok"))
        with red(guest, rf"cause: srv/tftp/script\.ipxe-{MAC}:4 goes back to ':again'"):
            guest.wait_for_menu(timeout_s=0.5)
