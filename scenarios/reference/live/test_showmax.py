"""The default entry boots a Debian live system, which fetches its root by the server's name."""

import pytest

from harness.lab import Lab
from harness.machines import BootPath
from harness.pytest_plugin.matrix import on

pytestmark = [pytest.mark.slow, pytest.mark.live]


@on("x64-http-ipv4", "bios-ipxe-rom")
def test_boots_and_lets_root_in(lab: Lab, boot_path: BootPath) -> None:
    """Its root is what nginx served, its command line the site's; root's shell answers."""
    guest = lab.power_on(boot_path)
    guest.wait_for_menu().assert_default("showmax")
    guest.assert_boots("showmax")
    shell = guest.log_in()
    assert shell.run("id -un") == "root"
    assert shell.run("findmnt -no FSTYPE /") == "overlay"
    assert lab.payload.token in shell.run("cat /run/harness/token")
