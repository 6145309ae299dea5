"""Nobody touches a key: every kind of machine boots the default entry after its time-out."""

from harness.lab import Lab
from harness.machines import BootPath
from harness.pytest_plugin.matrix import each_boot_path


@each_boot_path
def test_boots_untouched(lab: Lab, boot_path: BootPath) -> None:
    """The menu selects the default, counts down and boots it by the path it should take."""
    guest = lab.power_on(boot_path)
    guest.wait_for_menu().assert_default(lab.site.menu.default)
    guest.assert_boots(lab.site.menu.default)
