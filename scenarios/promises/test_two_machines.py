"""Two machines that boot at the same time, from one server, each get what is theirs."""

import pytest

from harness.lab import Lab
from harness.machines import BOOT_PATHS, BootPath
from harness.pytest_plugin.matrix import on


@pytest.mark.slow
@pytest.mark.guests(2)
@on("x64-http-ipv4")
def test_each_boots(lab: Lab, boot_path: BootPath) -> None:
    """Their MAC addresses are their own, without anybody giving any; so is the second's store."""
    guests = [lab.power_on(path) for path in (BOOT_PATHS["bios-ipxe-rom"], boot_path)]
    for guest in guests:
        guest.assert_boots(lab.site.menu.default)
