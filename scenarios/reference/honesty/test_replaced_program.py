"""A program that has silently taken another's place is red, by what it does or by its header."""

import pytest

from harness.errors import BootError
from harness.lab import Lab, LabOptions, program
from harness.machines import BootPath
from harness.pytest_plugin.matrix import on
from harness.site import Site
from scenarios.reference.ia32 import grub, with_grub
from scenarios.reference.red import red

pytestmark = pytest.mark.real_clock("GRUB polls the network, which makes the fast clock race")

NGINX, ROOT = "etc/nginx/nginx.conf", "    root /srv/tftp;\n"
RULE = "    location = /ipxe32.efi {{ alias /srv/tftp/{}; }}\n"


def foreign_shell_is_red(lab: Lab, boot_path: BootPath) -> None:
    """Choose the EFI shell, in whose place a 64-bit program lies."""
    guest = lab.power_on(boot_path)
    guest.choose("efishell")
    with red(guest, r"cause: the x64 UEFI program efishell/efishell32\.efi was handed to an"):
        guest.assert_shell("efishell")


class TestGrubInsteadOfIpxe:
    """The site holds a 32-bit iPXE, and the web server gives out GRUB under its name."""

    @pytest.fixture
    def site(self, site: Site) -> Site:
        """Serve another file."""
        changed = site.with_file("srv/tftp/ipxe32.efi", b"MZ: what the operator has for iPXE")
        changed = changed.with_file("srv/tftp/other.efi", grub())
        return changed.replaced(NGINX, ROOT, ROOT + RULE.format("other.efi"))

    @on("ia32-http-ipv4")
    def test_is_red(self, lab: Lab, boot_path: BootPath) -> None:
        """It asks for GRUB's menu, which no iPXE does."""
        guest = lab.power_on(boot_path)
        cause = r"cause: ipxe32\.efi is GRUB by what it asked for .*, the site's is iPXE"
        with red(guest, cause, own_timeouts_s=60):
            guest.wait_for_menu()


class TestX64LoaderToIa32:
    """The web server gives out the 64-bit loader under the 32-bit one's name."""

    @pytest.fixture
    def site(self, site: Site) -> Site:
        """Serve another file."""
        return with_grub(site).replaced(NGINX, ROOT, ROOT + RULE.format("ipxe.efi"))

    @on(slow=["ia32-http-ipv6"])
    def test_is_red(self, lab: Lab, boot_path: BootPath) -> None:
        """UEFI refuses to start it, and its header says why."""
        guest = lab.power_on(boot_path)
        with red(guest, r"cause: the x64 UEFI loader ipxe32\.efi was handed to an ia32 UEFI HTTP"):
            guest.wait_for_menu()


class TestX64ShellOnIa32:
    """The 64-bit EFI shell lies under the 32-bit one's name."""

    @pytest.fixture
    def site(self, site: Site) -> Site:
        """Put it there."""
        shell = program("shell/shellx64.efi")
        return with_grub(site).with_file("srv/tftp/efishell/efishell32.efi", shell)

    @on(slow=["ia32-tftp-ipv4"])
    def test_is_red(self, lab: Lab, boot_path: BootPath) -> None:
        """GRUB has the firmware start it, which will not."""
        foreign_shell_is_red(lab, boot_path)


class TestX64LinuxOnIa32:
    """The firmware is to start a 64-bit Linux, as a 32-bit iPXE would have it do.

    Debian's kernel has an entry for 32-bit firmware (CONFIG_EFI_MIXED). It is for loaders that
    look for it, as GRUB's `linux` does; firmware knows it only where OVMF was built with
    LOAD_X64_ON_IA32_ENABLE, and Debian's was not.
    """

    @pytest.fixture
    def site(self, site: Site, lab_options: LabOptions) -> Site:
        """Put it in the place of a program that GRUB has the firmware start."""
        kernel = lab_options.payload.kernel_path.read_bytes()
        return with_grub(site).with_file("srv/tftp/efishell/efishell32.efi", kernel)

    @on(slow=["ia32-tftp-ipv4"])
    def test_is_red(self, lab: Lab, boot_path: BootPath) -> None:
        """It does not, and the kernel's header says why."""
        foreign_shell_is_red(lab, boot_path)


class TestAnotherBuild:
    """The web server gives out another build of the same loader under its name."""

    @pytest.fixture
    def site(self, site: Site) -> Site:
        """Serve one with some bytes more at its end, which start as well."""
        changed = with_grub(site).with_file("srv/tftp/other.efi", grub() + bytes(512))
        return changed.replaced(NGINX, ROOT, ROOT + RULE.format("other.efi"))

    @on(slow=["ia32-http-ipv4"])
    def test_is_red(self, lab: Lab, boot_path: BootPath) -> None:
        """It does all that it should: only its size is another."""
        guest = lab.power_on(boot_path)
        guest.wait_for_menu()
        with pytest.raises(BootError, match=r"cause: the NBP ipxe32\.efi on the wire is not the"):
            guest.assert_boots(lab.site.menu.default)
