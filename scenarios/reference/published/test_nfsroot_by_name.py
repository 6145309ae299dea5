"""The published `nfsroot=local-server:…` finds no root: klibc's nfsmount takes no names."""

import pytest

from harness.errors import BootError
from harness.lab import Lab
from harness.machines import BootPath
from harness.pytest_plugin.matrix import on
from harness.site import Site

pytestmark = [pytest.mark.slow, pytest.mark.live]

DEFAULT = "choose --default "
ROOT = "nfsroot={}:/srv/tftp/gparted"


@pytest.fixture
def site(site: Site) -> Site:
    """Let a live system with its root on NFS be what boots untouched."""
    return site.replaced(site.script_path, f"{DEFAULT}showmax", f"{DEFAULT}gparted", count=2)


class TestPublished:
    """The server by its name."""

    @pytest.fixture
    def site(self, site: Site) -> Site:
        """Write the root as it was published, and let the kernel speak to the serial line."""
        by_name = f"{ROOT.format(site.server.hostname)} console=ttyS0"
        assert site.server.ipv4 is not None
        return site.replaced(site.script_path, ROOT.format(site.server.ipv4.ip), by_name)

    @on("x64-http-ipv4")
    def test_the_initramfs_says_so(self, lab: Lab, boot_path: BootPath) -> None:
        """The name would resolve; nobody asks."""
        guest = lab.power_on(boot_path)
        with pytest.raises(BootError, match=r"can't parse IP address 'local-server'"):
            guest.assert_boots("gparted")


@on("x64-http-ipv4")
def test_the_sites_own_root_is_mounted(lab: Lab, boot_path: BootPath) -> None:
    """The server by its address."""
    guest = lab.power_on(boot_path)
    guest.assert_boots("gparted")
