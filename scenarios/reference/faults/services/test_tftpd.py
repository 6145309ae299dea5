"""A TFTP server that is dead, or does not give the loader out, is red, with its own words."""

import pytest

from harness.lab import Lab
from harness.machines import BootPath
from harness.pytest_plugin.matrix import on
from harness.site import Site
from scenarios.reference.red import red

LOADER = "srv/tftp/ipxe.efi"
FIRMWARE_S = 10.0
"""POST, and DHCP with its pauses."""


@on("x64-tftp-ipv4")
def test_absent(lab: Lab, boot_path: BootPath) -> None:
    """The port is closed."""
    lab.service("tftpd").stop()
    guest = lab.power_on(boot_path)
    with red(
        guest,
        r"cause: the TFTP server does not listen: .*tftpd was stopped",
        own_timeouts_s=FIRMWARE_S,
    ):
        guest.wait_for_menu()


class TestMissing:
    """The loader is not there."""

    @pytest.fixture
    def site(self, site: Site) -> Site:
        """Take it away."""
        return site.without(LOADER)

    @on("x64-tftp-ipv4")
    def test_is_red(self, lab: Lab, boot_path: BootPath) -> None:
        """Tftpd says so."""
        guest = lab.power_on(boot_path)
        with red(guest, r"cause: tftpd: file not found: ipxe\.efi", own_timeouts_s=FIRMWARE_S):
            guest.wait_for_menu()


class TestUnreadable:
    """The loader is there, for root alone."""

    @pytest.fixture
    def site(self, site: Site) -> Site:
        """Shut it."""
        return site.with_unreadable(LOADER).with_unreadable("srv/tftp/undionly.kpxe")

    @on("x64-tftp-ipv4", "bios-vendor-rom")
    def test_is_red(self, lab: Lab, boot_path: BootPath) -> None:
        """Tftpd says so."""
        guest = lab.power_on(boot_path)
        with red(guest, r"cause: tftpd: .*denied: ", own_timeouts_s=FIRMWARE_S):
            guest.wait_for_menu()


class TestWrongRoot:
    """tftpd serves another directory than everybody else."""

    @pytest.fixture
    def site(self, site: Site) -> Site:
        """Move its root up."""
        return site.replaced("etc/default/tftpd-hpa", '"/srv/tftp"', '"/srv"')

    @on("x64-tftp-ipv4")
    def test_is_red(self, lab: Lab, boot_path: BootPath) -> None:
        """Both directories are named."""
        guest = lab.power_on(boot_path)
        with red(
            guest,
            r"cause: tftpd: .*TFTP_DIRECTORY is /srv .*, .* /srv/tftp",
            own_timeouts_s=FIRMWARE_S,
        ):
            guest.wait_for_menu()
