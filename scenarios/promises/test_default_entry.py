"""Nobody touches a key: every kind of machine boots the default entry after its time-out."""

import pytest

from harness.lab import Lab
from harness.machines import BootPath
from harness.pytest_plugin.matrix import each_boot_path


@pytest.mark.needs_linux("a system comes up by each path, with addresses and names of its own")
@each_boot_path
def test_boots_untouched(lab: Lab, boot_path: BootPath, default_entry: str) -> None:
    """The menu has all it should, selects the default, and boots it by the path it should take."""
    guest = lab.power_on(boot_path)
    menu = guest.wait_for_menu()
    menu.assert_complete()
    menu.assert_default(default_entry)
    guest.assert_boots(default_entry)
