"""An operator who chooses another option of the firmware than the machine should take: red."""

import pytest

from harness.errors import BootError
from harness.lab import Lab
from harness.machines import BOOT_PATHS, BootPath
from harness.pytest_plugin.matrix import on

pytestmark = pytest.mark.real_clock("a key must come before the firmware boots by itself")


@on(slow=["x64-tftp-ipv4"])
def test_is_red(lab: Lab, boot_path: BootPath) -> None:
    """The right entry boots, by HTTP instead of TFTP."""
    guest = lab.power_on(boot_path, by_hand=True)
    guest.open_boot_manager().choose(BOOT_PATHS["x64-http-ipv4"])
    with pytest.raises(BootError, match=r"wrong path: DHCPv4 as HTTPClient"):
        guest.assert_boots(lab.site.menu.default)
