"""An entry that GRUB cannot boot says so, waits, and gives the menu back; the next choice boots."""

import pytest

from harness.lab import EntryEnding, Lab
from harness.machines import BootPath
from harness.pytest_plugin.matrix import on
from harness.site import Site
from scenarios.reference.ia32 import with_grub

pytestmark = pytest.mark.real_clock("the message stays for 10 seconds of somebody's time")

KERNEL = "srv/tftp/sysrescd/rescue64"
ROOT = "    root /srv/tftp;\n"
RULE = "    location = /sysrescd/rescue64 { deny all; }\n"


def fails_and_another_boots(
    lab: Lab, boot_path: BootPath, ending: EntryEnding, entry: str = "sysrescd"
) -> None:
    """Choose the entry that fails, then one that does not."""
    guest = lab.power_on(boot_path)
    guest.choose(entry)
    guest.assert_fails(entry, ending)
    guest.choose("grml")
    guest.assert_boots("grml")


class TestMissing:
    """The kernel is not on the server."""

    @pytest.fixture
    def site(self, site: Site) -> Site:
        """Take it away."""
        return with_grub(site).without(KERNEL)

    @on(slow=["ia32-tftp-ipv4", "ia32-http-ipv6"])
    def test_gives_the_menu_back(self, lab: Lab, boot_path: BootPath) -> None:
        """Not found, says GRUB, and so does the server."""
        fails_and_another_boots(lab, boot_path, EntryEnding.MISSING)


class TestRefused:
    """The web server does not give the kernel out."""

    @pytest.fixture
    def site(self, site: Site) -> Site:
        """Forbid it."""
        return with_grub(site).replaced("etc/nginx/nginx.conf", ROOT, ROOT + RULE)

    @on(slow=["ia32-http-ipv4"])
    def test_gives_the_menu_back(self, lab: Lab, boot_path: BootPath) -> None:
        """GRUB names a status, and 403 says the server."""
        fails_and_another_boots(lab, boot_path, EntryEnding.REFUSED)


class TestShellAfterHttpBoot:
    """The EFI shell, where GRUB uses the firmware's network and has no device for it."""

    @pytest.fixture
    def site(self, site: Site) -> Site:
        """Have GRUB."""
        return with_grub(site)

    @on(slow=["ia32-http-ipv4", "ia32-http-ipv6"])
    def test_gives_the_menu_back(self, lab: Lab, boot_path: BootPath) -> None:
        """The shell has come, and GRUB cannot say from where."""
        fails_and_another_boots(lab, boot_path, EntryEnding.NO_DEVICE, "efishell")
