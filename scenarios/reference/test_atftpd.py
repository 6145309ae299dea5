"""With atftpd as the TFTP server all boots the same, and its failures have its name."""

import pytest

from harness.errors import ServiceError
from harness.lab import Lab
from harness.machines import BootPath
from harness.pytest_plugin.matrix import on
from harness.site import Site
from scenarios.reference.red import red

SETTINGS = "etc/default/atftpd"
DEBIANS = """## Options for atftpd:
OPTIONS="--tftpd-timeout 300 --retry-timeout 5 --maxthread 100 --verbose=5 /srv/tftp"
"""
FIRMWARE_S = 10.0
"""POST, and DHCP with its pauses."""


@pytest.fixture
def site(site: Site) -> Site:
    """Put atftpd in tftpd's place, with the options that its package asks for."""
    changed = site.with_daemon("atftpd", instead_of="tftpd")
    return changed.with_file(SETTINGS, DEBIANS)


@on("bios-vendor-rom", slow=["x64-tftp-ipv4", "x64-tftp-ipv6"])
def test_boots(lab: Lab, boot_path: BootPath) -> None:
    """The wire, its log and the payload agree."""
    lab.power_on(boot_path).assert_boots(lab.site.menu.default)


@on(slow=["x64-tftp-ipv4"])
def test_dead_before(lab: Lab, boot_path: BootPath) -> None:
    """The port is closed, and who ended it is told."""
    lab.service("atftpd").stop()
    guest = lab.power_on(boot_path)
    with red(
        guest,
        r"cause: the TFTP server does not listen: .*atftpd was stopped",
        own_timeouts_s=FIRMWARE_S,
    ):
        guest.wait_for_menu()


@on(slow=["x64-tftp-ipv4"])
def test_dead_between(lab: Lab, boot_path: BootPath) -> None:
    """A daemon that dies ends the wait, with its last words."""
    guest = lab.power_on(boot_path)
    lab.service("atftpd").kill()
    with pytest.raises(ServiceError, match="atftpd: died"):
        guest.wait_for_menu()


class TestMissing:
    """The loader is not there."""

    @pytest.fixture
    def site(self, site: Site) -> Site:
        """Take it away."""
        return site.without("srv/tftp/ipxe.efi")

    @on("x64-tftp-ipv4")
    def test_is_red(self, lab: Lab, boot_path: BootPath) -> None:
        """It says so, and DHCP's line is named."""
        guest = lab.power_on(boot_path)
        told = r"cause: atftpd: file not found: ipxe\.efi, .*; etc/dhcp/dhcpd\.conf:\d+ names it"
        with red(guest, told, own_timeouts_s=FIRMWARE_S):
            guest.wait_for_menu()


class TestWrongRoot:
    """It serves another directory than everybody else."""

    @pytest.fixture
    def site(self, site: Site) -> Site:
        """Move its root up."""
        return site.replaced(SETTINGS, "/srv/tftp", "/srv")

    @on(slow=["x64-tftp-ipv4"])
    def test_is_red(self, lab: Lab, boot_path: BootPath) -> None:
        """Both directories are named."""
        guest = lab.power_on(boot_path)
        told = (
            r"cause: atftpd: .*directory in OPTIONS is /srv .*, the site's files are in /srv/tftp"
        )
        with red(guest, told, own_timeouts_s=FIRMWARE_S):
            guest.wait_for_menu()
