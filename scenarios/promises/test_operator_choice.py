"""The operator moves to another entry with the arrow keys and presses Enter."""

import pytest

from harness.lab import Lab
from harness.machines import BootPath
from harness.pytest_plugin.matrix import each_entry, on

# An operator's hands are no faster than the host's clock.
pytestmark = pytest.mark.real_clock("a key must come before the menu's count-down ends")


@each_entry()
@on(
    *("x64-http-ipv4", "bios-ipxe-rom"),
    slow=["x64-tftp-ipv4", "x64-tftp-ipv6", "x64-http-ipv6", "bios-vendor-rom"],
)
def test_boots_what_was_chosen(lab: Lab, boot_path: BootPath, entry: str) -> None:
    """Not the default but the chosen entry boots, whichever it is."""
    guest = lab.power_on(boot_path)
    guest.wait_for_menu().choose(entry)
    guest.assert_boots(entry)
