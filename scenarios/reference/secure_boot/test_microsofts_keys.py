"""Machines that start what Microsoft has signed: shim, which starts Debian's GRUB and kernel.

What most machines are sold with. iPXE as Debian has it is signed by nobody.
"""

import pytest

from harness.lab import Lab, LabOptions, program
from harness.lab.secure_boot import with_microsofts_keys
from harness.machines import BootPath
from harness.pytest_plugin.matrix import on
from harness.site import Site
from scenarios.reference.red import red
from scenarios.reference.test_x64_grub import boots_untouched, with_signed_grub

pytestmark = [
    pytest.mark.real_clock("GRUB polls the network, which makes the fast clock race"),
    pytest.mark.needs_linux("it is Debian's kernel that is signed"),
]

BEHIND_SHIM = "srv/tftp/grubx64.efi"
KERNEL = "srv/tftp/showmax/vmlinuz"
CODE = 0x10000
"""A place in the kernel that is not its header."""


@pytest.fixture
def lab_options(lab_options: LabOptions) -> LabOptions:
    """Enrol Microsoft's keys, as the maker of a machine does."""
    return with_microsofts_keys(lab_options)


@pytest.fixture
def site(site: Site) -> Site:
    """Hand out shim, with GRUB 2.12 beside it."""
    shim = "shim@trixie/shimx64.efi.signed"
    return with_signed_grub(site, "trixie").with_loader("grubx64.efi", "shimx64.efi", asset=shim)


@on(slow=["x64-tftp-ipv4", "x64-tftp-ipv6", "x64-http-ipv4", "x64-http-ipv6"])
def test_boots_by_shim(lab: Lab, boot_path: BootPath) -> None:
    """Shim, GRUB, its menu, and a kernel that all of them let pass."""
    boots_untouched(lab, boot_path)


class TestUnsignedLoader:
    """The site hands out iPXE."""

    @pytest.fixture
    def site(self, site: Site) -> Site:
        """Have shim's name mean it."""
        return site.with_file("srv/tftp/shimx64.efi", program("ipxe/ipxe.efi"))

    @on(slow=["x64-tftp-ipv4", "x64-http-ipv6"])
    def test_is_red(self, lab: Lab, boot_path: BootPath) -> None:
        """The firmware does not start it."""
        guest = lab.power_on(boot_path)
        refused = r"cause: Secure Boot is on, and the firmware refused .* shimx64\.efi"
        with red(guest, refused, own_timeouts_s=60):
            guest.wait_for_menu()


class TestUnsignedSecondStage:
    """Beside shim lies iPXE, by the name of GRUB."""

    @pytest.fixture
    def site(self, site: Site) -> Site:
        """Lay it there."""
        return site.with_file(BEHIND_SHIM, program("ipxe/ipxe.efi"))

    @on(slow=["x64-tftp-ipv4"])
    def test_is_red(self, lab: Lab, boot_path: BootPath) -> None:
        """Shim does not start it."""
        guest = lab.power_on(boot_path)
        refused = r"cause: Secure Boot is on, .* grubx64\.efi .*Security Violation"
        with red(guest, refused, own_timeouts_s=60):
            guest.wait_for_menu()


class TestRevokedGeneration:
    """The owner takes no GRUB of this generation any more (SBAT)."""

    @pytest.fixture
    def lab_options(self, lab_options: LabOptions) -> LabOptions:
        """Say so to shim, by what a later one would have written down."""
        return with_microsofts_keys(lab_options, sbat_level="sbat,1,2099010100\nshim,4\ngrub,99\n")

    @on(slow=["x64-tftp-ipv4"])
    def test_is_red(self, lab: Lab, boot_path: BootPath) -> None:
        """Its signature is good, and shim does not start it."""
        guest = lab.power_on(boot_path)
        refused = r"cause: Secure Boot is on, .* grubx64\.efi .*Security Violation"
        with red(guest, refused, own_timeouts_s=60):
            guest.wait_for_menu()


class TestChangedKernel:
    """One byte of the default's kernel is another than Debian has signed."""

    @pytest.fixture
    def site(self, site: Site, lab_options: LabOptions) -> Site:
        """Change it."""
        kernel = bytearray(lab_options.payload.kernel_path.read_bytes())
        kernel[CODE] ^= 1
        return site.with_file(KERNEL, bytes(kernel))

    @on(slow=["x64-tftp-ipv4"])
    def test_is_red(self, lab: Lab, boot_path: BootPath) -> None:
        """GRUB asks shim, and does not start it."""
        guest = lab.power_on(boot_path)
        refused = r"cause: Secure Boot is on, .* showmax/vmlinuz .*bad shim signature"
        with red(guest, refused, own_timeouts_s=180):
            guest.assert_boots(lab.site.menu.default)
