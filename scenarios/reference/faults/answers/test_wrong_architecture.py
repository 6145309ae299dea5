"""A loader of another architecture is red, with what it is and whom it was handed to."""

import pytest

from harness.lab import Lab, program
from harness.machines import BootPath
from harness.pytest_plugin.matrix import on
from harness.site import Site
from scenarios.reference.red import red

CONFIGURATION = "etc/dhcp/dhcpd.conf"
EFI = "srv/tftp/ipxe.efi"
X64, IA32 = b"PE\0\0\x64\x86", b"PE\0\0\x4c\x01"


class TestBiosLoaderToUefi:
    """The BIOS loader for a 64-bit UEFI client."""

    @pytest.fixture
    def site(self, site: Site) -> Site:
        """Name it in the answer."""
        return site.replaced(CONFIGURATION, '"ipxe.efi"', '"undionly.kpxe"')

    @on("x64-tftp-ipv4")
    def test_is_red(self, lab: Lab, boot_path: BootPath) -> None:
        """UEFI finds no program in it."""
        guest = lab.power_on(boot_path)
        with red(guest, r"cause: the BIOS loader undionly\.kpxe was handed to an x64 UEFI client"):
            guest.wait_for_menu()


class TestUefiLoaderToBios:
    """The UEFI loader for a BIOS client."""

    @pytest.fixture
    def site(self, site: Site) -> Site:
        """Name it in the answer."""
        return site.replaced(CONFIGURATION, '"undionly.kpxe"', '"ipxe.efi"')

    @on(slow=["bios-vendor-rom"])
    def test_is_red(self, lab: Lab, boot_path: BootPath) -> None:
        """A BIOS would jump into it."""
        guest = lab.power_on(boot_path)
        with red(guest, r"cause: the x64 UEFI loader ipxe\.efi was handed to a BIOS client"):
            guest.wait_for_menu()


class TestIa32LoaderToX64:
    """A loader for 32-bit UEFI under the name of the 64-bit one."""

    @pytest.fixture
    def site(self, site: Site) -> Site:
        """Let the program's header name the other machine."""
        loader = program(site.supply[EFI])
        return site.with_file(EFI, loader.replace(X64, IA32, 1))

    @on("x64-http-ipv4")
    def test_is_red(self, lab: Lab, boot_path: BootPath) -> None:
        """UEFI refuses to start it."""
        guest = lab.power_on(boot_path)
        with red(guest, r"cause: the ia32 UEFI loader ipxe\.efi was handed to an x64 UEFI HTTP"):
            guest.wait_for_menu()
