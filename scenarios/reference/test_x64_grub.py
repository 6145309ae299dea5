"""GRUB as Debian signs it is a site's own loader for 64-bit UEFI, with its menu in `grub/`."""

import pytest

from harness.errors import BootError
from harness.lab import Lab
from harness.machines import BootPath
from harness.pytest_plugin.matrix import on
from harness.site import Site

# GRUB asks its card in a loop, and the fast clock counts each turn: its time-outs pass at once.
pytestmark = pytest.mark.real_clock("GRUB polls the network, which makes the fast clock race")

MENU, ITS_MENU = "srv/tftp/grub.cfg", "srv/tftp/grub/grub.cfg"


def with_signed_grub(site: Site, suite: str) -> Site:
    """Give the site that hands 64-bit machines the GRUB of a suite, with the site's GRUB menu."""
    asset = f"grub@{suite}/grubnetx64.efi.signed"
    menu = site.read(MENU).replace("efishell32.efi", "efishell.efi")
    return site.with_loader("ipxe.efi", "grubx64.efi", asset=asset).with_file(ITS_MENU, menu)


def boots_untouched(lab: Lab, boot_path: BootPath) -> None:
    """See that the menu is whole, and that its default boots as the firmware came."""
    guest = lab.power_on(boot_path)
    menu = guest.wait_for_menu()
    menu.assert_complete()
    menu.assert_default(lab.site.menu.default)
    guest.assert_boots(lab.site.menu.default)


class TestBookworm:
    """GRUB 2.06."""

    @pytest.fixture
    def site(self, site: Site) -> Site:
        """Hand it out."""
        return with_signed_grub(site, "bookworm")

    @on("x64-tftp-ipv4", slow=["x64-tftp-ipv6"])
    def test_boots_over_tftp(self, lab: Lab, boot_path: BootPath) -> None:
        """Whichever family the firmware came by."""
        boots_untouched(lab, boot_path)

    @on(slow=["x64-tftp-ipv4"])
    def test_boots_what_was_chosen(self, lab: Lab, boot_path: BootPath) -> None:
        """By keys."""
        guest = lab.power_on(boot_path)
        guest.choose("gparted")
        guest.assert_boots("gparted")

    @on(slow=["x64-tftp-ipv4"])
    def test_starts_the_shell(self, lab: Lab, boot_path: BootPath) -> None:
        """The firmware's, which needs nothing of GRUB."""
        guest = lab.power_on(boot_path)
        guest.choose("efishell")
        guest.assert_shell("efishell")

    @on(slow=["x64-http-ipv4"])
    def test_ends_at_its_prompt_over_http(self, lab: Lab, boot_path: BootPath) -> None:
        """It takes over no lease from HTTP Boot: red, by what it says."""
        guest = lab.power_on(boot_path)
        with pytest.raises(BootError, match=r'the guest said "grub>.*\(grub-prompt, '):
            guest.wait_for_menu()


class TestTrixie:
    """GRUB 2.12."""

    @pytest.fixture
    def site(self, site: Site) -> Site:
        """Hand it out."""
        return with_signed_grub(site, "trixie")

    @on(slow=["x64-http-ipv4", "x64-http-ipv6", "x64-tftp-ipv4", "x64-tftp-ipv6"])
    def test_boots(self, lab: Lab, boot_path: BootPath) -> None:
        """By either protocol and family."""
        boots_untouched(lab, boot_path)
