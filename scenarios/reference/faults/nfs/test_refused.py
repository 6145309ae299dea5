"""An export that leaves the machine out is named: who refused what, and why."""

import pytest

from harness.lab import Lab
from harness.machines import BootPath
from harness.pytest_plugin.matrix import on
from harness.site import Site
from scenarios.reference.red import red

pytestmark = [pytest.mark.slow, pytest.mark.live]
LINUX_S = 60.0
"""An emulated kernel and its initramfs, before anything is mounted."""


@pytest.fixture
def site(site: Site) -> Site:
    """Export to another machine alone, and boot what mounts first."""
    site = site.replaced(site.script_path, "--default showmax", "--default sysrescd", count=2)
    return site.with_file("etc/exports", "/srv/tftp 192.0.2.99(ro,insecure)\n")


@on("bios-ipxe-rom")
def test_is_red(lab: Lab, boot_path: BootPath) -> None:
    """The initramfs gives up in a moment, and the wire says why."""
    guest = lab.power_on(boot_path)
    guest.wait_for_menu()
    with red(guest, "refused /srv/tftp/sysrescd: permission denied", own_timeouts_s=LINUX_S):
        guest.assert_boots("sysrescd")
