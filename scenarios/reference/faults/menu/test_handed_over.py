"""A loader that hands over only a part is red, by what is missing: the initrd, or half of it."""

import pytest

from harness.lab import Lab, LabOptions
from harness.machines import BootPath
from harness.pytest_plugin.matrix import on
from harness.site import Site
from scenarios.reference.red import red

INITRD = "srv/tftp/showmax/initrd.img"
LINUX_S = 30.0
"""Where the guest boots Linux: an emulated kernel, before it looks for its initrd."""


@pytest.fixture
def site(site: Site) -> Site:
    """Let a Linux say on the serial line what it misses."""
    kernel = "kernel showmax/vmlinuz initrd=initrd.img"
    return site.replaced(site.script_path, kernel, f"{kernel} console=ttyS0")


class TestNoInitrd:
    """The script forgets it."""

    @pytest.fixture
    def site(self, site: Site) -> Site:
        """Leave the line out."""
        return site.replaced(site.script_path, "initrd showmax/initrd.img || goto failed\n", "")

    @on("bios-ipxe-rom", "x64-http-ipv4")
    def test_is_red(self, lab: Lab, boot_path: BootPath) -> None:
        """On UEFI the command line still names it."""
        guest = lab.power_on(boot_path)
        guest.wait_for_menu()
        cause = r"cause: .*(no initrd was|initrd .* was not handed over)"
        with red(guest, cause, own_timeouts_s=LINUX_S):
            guest.assert_boots("showmax")


class TestHalfAnInitrd:
    """A copy that broke off."""

    @pytest.fixture
    def site(self, site: Site, lab_options: LabOptions) -> Site:
        """Keep the first half."""
        initrd = lab_options.payload.initrd_path.read_bytes()
        return site.with_file(INITRD, initrd[: len(initrd) // 2])

    @on("bios-ipxe-rom", "x64-http-ipv4")
    def test_is_red(self, lab: Lab, boot_path: BootPath) -> None:
        """All was served that there is."""
        guest = lab.power_on(boot_path)
        guest.wait_for_menu()
        with red(guest, r"cause: .*initrd is (damaged or )?cut short", own_timeouts_s=LINUX_S):
            guest.assert_boots("showmax")
