"""GRUB's menu is held to the site's: a system or way that is another's is red, by its name."""

import pytest

from harness.errors import BootError
from harness.lab import Lab
from harness.machines import BootPath
from harness.pytest_plugin.matrix import on
from harness.site import Site
from scenarios.reference.ia32 import GRUB_MENU, with_grub

pytestmark = pytest.mark.real_clock("GRUB polls the network, which makes the fast clock race")

KERNEL, INITRD = "/grml/vmlinuz.grml", "/grml/initrd.grml.img"
SHELL = 'menuentry "EFI shell"'


def boots_red(lab: Lab, boot_path: BootPath, cause: str) -> None:
    """Choose GRML, and see the boot turn red by this cause."""
    guest = lab.power_on(boot_path)
    guest.choose("grml")
    with pytest.raises(BootError, match=cause):
        guest.assert_boots("grml")


class TestAnothersSystem:
    """GRML's entry boots Gparted."""

    @pytest.fixture
    def site(self, site: Site) -> Site:
        """Name its kernel and initrd."""
        changed = with_grub(site).replaced(GRUB_MENU, KERNEL, "/gparted/vmlinuz")
        return changed.replaced(GRUB_MENU, INITRD, "/gparted/initrd.img")

    @on("ia32-tftp-ipv4", slow=["ia32-http-ipv6"])
    def test_is_red(self, lab: Lab, boot_path: BootPath) -> None:
        """The booted system says whose it is."""
        boots_red(lab, boot_path, "cause: entry gparted was booted instead of grml")


class TestAnothersKernel:
    """GRML's entry starts Gparted's kernel with its own initrd: Linux cannot tell."""

    @pytest.fixture
    def site(self, site: Site) -> Site:
        """Name that kernel."""
        return with_grub(site).replaced(GRUB_MENU, KERNEL, "/gparted/vmlinuz")

    @on(slow=["ia32-http-ipv4"])
    def test_is_red(self, lab: Lab, boot_path: BootPath) -> None:
        """The wire and the web server's log do."""
        boots_red(lab, boot_path, r"cause: gparted/vmlinuz of entry gparted was fetched \(frame")


class TestAnotherProtocol:
    """GRML's entry takes its kernel over HTTP, though GRUB came over TFTP."""

    @pytest.fixture
    def site(self, site: Site) -> Site:
        """Name protocol and server before it."""
        return with_grub(site).replaced(GRUB_MENU, KERNEL, f"(http,192.0.2.1){KERNEL}")

    @on(slow=["ia32-tftp-ipv4"])
    def test_is_red(self, lab: Lab, boot_path: BootPath) -> None:
        """The system boots all the same: only wire and logs know."""
        boots_red(lab, boot_path, r"cause: grml/vmlinuz\.grml over HTTP, IPv4 was asked for")


class TestAnotherFamily:
    """GRML's entry takes its kernel over IPv4, though GRUB came over IPv6."""

    @pytest.fixture
    def site(self, site: Site) -> Site:
        """Name the server's other address before it."""
        return with_grub(site).replaced(GRUB_MENU, KERNEL, f"(tftp,192.0.2.1){KERNEL}")

    @on(slow=["ia32-tftp-ipv6"])
    def test_is_red(self, lab: Lab, boot_path: BootPath) -> None:
        """GRUB has one lease, and no route to there."""
        boots_red(lab, boot_path, r"cause: GRUB has no route to the server")


class TestForeignItem:
    """The menu offers iPXE's settings, which GRUB does not have."""

    @pytest.fixture
    def site(self, site: Site) -> Site:
        """Add it."""
        item = f'menuentry "iPXE config tool" {{\n  true\n}}\n\n{SHELL}'
        return with_grub(site).replaced(GRUB_MENU, SHELL, item)

    @on(slow=["ia32-http-ipv4"])
    def test_is_red(self, lab: Lab, boot_path: BootPath) -> None:
        """By what stands in the frame."""
        menu = lab.power_on(boot_path).wait_for_menu()
        with pytest.raises(BootError, match=r"Gparted, iPXE config tool, EFI shell; the site says"):
            menu.assert_complete()
        with pytest.raises(BootError, match=r'`menuentry "iPXE config tool"` in srv/tftp/grub'):
            menu.assert_lacks("ipxeconfig")


class TestWrongDefault:
    """The menu comes up with another entry selected."""

    @pytest.fixture
    def site(self, site: Site) -> Site:
        """Set it."""
        return with_grub(site).replaced(GRUB_MENU, "set default=showmax", "set default=grml")

    @on(slow=["ia32-tftp-ipv4"])
    def test_is_red(self, lab: Lab, boot_path: BootPath) -> None:
        """By the star beside it."""
        menu = lab.power_on(boot_path).wait_for_menu()
        with pytest.raises(BootError, match=r"wrong default: the menu has selected 'grml'"):
            menu.assert_default("showmax")
