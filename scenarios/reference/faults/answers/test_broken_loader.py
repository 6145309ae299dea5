"""A loader that is damaged on the server is red, with what is wrong with its header."""

import re

import pytest

from harness.lab import Lab, program
from harness.machines import BootPath
from harness.pytest_plugin.matrix import on
from harness.site import Site
from scenarios.reference.red import red

EFI = "srv/tftp/ipxe.efi"
KPXE = "srv/tftp/undionly.kpxe"


class TestTruncated:
    """A copy that broke off."""

    @pytest.fixture
    def site(self, site: Site) -> Site:
        """Keep the first half."""
        loader = program(site.supply[EFI])
        return site.with_file(EFI, loader[: len(loader) // 2])

    @on("x64-tftp-ipv4", "x64-http-ipv4")
    def test_is_red(self, lab: Lab, boot_path: BootPath) -> None:
        """The header promises more than there is."""
        guest = lab.power_on(boot_path)
        with red(guest, r"cause: the file ipxe\.efi is cut short: its header promises \d+ bytes"):
            guest.wait_for_menu()


class TestZeroed:
    """A file whose first blocks were never written."""

    @pytest.fixture
    def site(self, site: Site) -> Site:
        """Overwrite both headers by zeros."""
        efi, kpxe = (program(site.supply[path]) for path in (EFI, KPXE))
        zeros = bytes(1024)
        return site.with_file(EFI, zeros + efi[1024:]).with_file(KPXE, zeros + kpxe[1024:])

    @on("x64-tftp-ipv4")
    def test_is_red(self, lab: Lab, boot_path: BootPath) -> None:
        """UEFI finds no program in it."""
        guest = lab.power_on(boot_path)
        with red(guest, r"cause: the file ipxe\.efi is not an EFI program: its header is .* zeros"):
            guest.wait_for_menu()

    # Zeros are instructions, too: they overwrite themselves, and by the fast clock a guest
    # that executes them makes no headway.
    @pytest.mark.real_clock("the guest executes what its own clock hardly counts")
    @on("bios-vendor-rom")
    def test_bios_is_red(self, lab: Lab, boot_path: BootPath) -> None:
        """A BIOS jumps into it, and hangs: a moment without a menu, and the wire tells why."""
        guest = lab.power_on(boot_path)
        guest.wait_for(re.compile(r"undionly\.kpxe\.\.\. ok"))
        with red(guest, r"cause: the file undionly\.kpxe is not a BIOS loader: .* all zeros"):
            guest.wait_for_menu(timeout_s=0.5)
