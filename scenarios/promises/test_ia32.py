"""32-bit UEFI boots by the site's own 32-bit iPXE, or by GRUB where the site has none."""

import pytest

from harness.lab import Lab
from harness.machines import BootPath
from harness.pytest_plugin.matrix import each_entry, on

# GRUB asks its card in a loop, and the fast clock counts each turn: its time-outs pass at once.
pytestmark = pytest.mark.real_clock("GRUB polls the network, which makes the fast clock race")


@pytest.mark.needs_linux("a system comes up on 32-bit firmware, with an address of its own")
@on("ia32-http-ipv4", slow=["ia32-tftp-ipv4", "ia32-tftp-ipv6", "ia32-http-ipv6"])
def test_boots_untouched(lab: Lab, boot_path: BootPath, default_entry: str) -> None:
    """The menu has what its loader can show; the default boots as the firmware came."""
    guest = lab.power_on(boot_path)
    menu = guest.wait_for_menu()
    menu.assert_complete()
    menu.assert_default(default_entry)
    guest.assert_boots(default_entry)


@each_entry(default=True)
@on("ia32-tftp-ipv4", slow=["ia32-http-ipv6"])
def test_boots_what_was_chosen(lab: Lab, boot_path: BootPath, entry: str) -> None:
    """The entry that was chosen by keys boots, and not the one above or below."""
    guest = lab.power_on(boot_path)
    guest.wait_for_menu().choose(entry)
    guest.assert_boots(entry)
