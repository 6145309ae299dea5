"""The UEFI Shell starts from the menu, and gives the menu back."""

import pytest

from harness.lab import Lab
from harness.machines import BootPath
from harness.pytest_plugin.matrix import each_entry, on
from harness.site.menu import EntryKind


@pytest.mark.needs_linux("a system comes up on what the shell has left of the firmware")
@pytest.mark.real_clock("the shell polls for keys, which makes the fast clock crawl")
@each_entry(EntryKind.SHELL)
@on(slow=["x64-http-ipv4", "x64-tftp-ipv6", "ia32-tftp-ipv4", "ia32-tftp-ipv6"])
def test_gives_the_menu_back(lab: Lab, boot_path: BootPath, entry: str, another_entry: str) -> None:
    """The shell says what it is and where it runs; after it another entry boots."""
    guest = lab.power_on(boot_path)
    guest.choose(entry)
    guest.assert_shell(entry).exit()
    guest.choose(another_entry)
    guest.assert_boots(another_entry)
