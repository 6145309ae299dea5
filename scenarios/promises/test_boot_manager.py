"""The operator presses the firmware's menu key and chooses card and protocol in its menu."""

import pytest

from harness.lab import Lab
from harness.machines import BootPath
from harness.pytest_plugin.matrix import on

pytestmark = pytest.mark.real_clock("a key must come before the firmware boots by itself")


@on(slow=["x64-tftp-ipv4", "x64-tftp-ipv6", "x64-http-ipv4", "x64-http-ipv6"])
def test_boots_by_the_path_that_was_chosen(
    lab: Lab, boot_path: BootPath, default_entry: str
) -> None:
    """The firmware has options for all paths, and nothing but the keys names one."""
    guest = lab.power_on(boot_path, by_hand=True)
    guest.open_boot_manager().choose(boot_path)
    guest.wait_for_menu().assert_default(default_entry)
    guest.assert_boots(default_entry)
