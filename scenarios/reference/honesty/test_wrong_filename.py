"""A `filename` that names another loader is red, with both names."""

import pytest

from harness.errors import BootError
from harness.lab import Lab
from harness.machines import BootPath
from harness.pytest_plugin.matrix import on
from harness.site import Site


class TestMissing:
    """The name of a file that is not there."""

    @pytest.fixture
    def site(self, site: Site) -> Site:
        """Mistype the loader's name."""
        return site.replaced("etc/dhcp/dhcpd.conf", '"ipxe.efi"', '"ipxf.efi"')

    @on("x64-tftp-ipv4")
    def test_is_red(self, lab: Lab, boot_path: BootPath) -> None:
        """The firmware's own error comes with dhcpd's answer as its cause."""
        guest = lab.power_on(boot_path)
        with pytest.raises(BootError, match=r"'ipxf\.efi'.*expects 'ipxe\.efi'"):
            guest.wait_for_menu()


class TestOther:
    """The name of a loader that works as well, but is not the one that was agreed on."""

    @pytest.fixture
    def site(self, site: Site) -> Site:
        """Hand out the loader with its own drivers."""
        return site.replaced("etc/dhcp/dhcpd.conf", '"undionly.kpxe"', '"ipxe.pxe"')

    @on(slow=["bios-vendor-rom"])
    def test_is_red(self, lab: Lab, boot_path: BootPath) -> None:
        """The right entry boots, by the wrong loader: that is red."""
        guest = lab.power_on(boot_path)
        with pytest.raises(BootError, match=r"'ipxe\.pxe'.*expects 'undionly\.kpxe'"):
            guest.assert_boots("showmax")
