"""A machine with two network cards boots by the one that its firmware is told to boot by."""

import pytest

from harness.lab import Guest, Lab, Nic
from harness.machines import BootPath
from harness.pytest_plugin.matrix import on


def power_on_by_second(lab: Lab, path: BootPath, *, first_linked: bool) -> Guest:
    """Switch a machine on that has two cards, and must boot by the second."""
    nics = (Nic.of(path, linked=first_linked), Nic.of(path))
    return lab.power_on(path, nics=nics, boots_by="net1")


# Over TFTP only: after HTTP Boot iPXE does not know by which card it came, and takes the first.
@on("bios-ipxe-rom", slow=["x64-tftp-ipv4", "x64-tftp-ipv6", "bios-vendor-rom"])
def test_only_the_second_is_plugged_in(lab: Lab, boot_path: BootPath) -> None:
    """The first card's cable leads nowhere, as that of a management port often does."""
    guest = power_on_by_second(lab, boot_path, first_linked=False)
    guest.assert_boots(lab.site.menu.default)


@pytest.mark.slow
@on("x64-tftp-ipv4", "bios-ipxe-rom")
def test_both_are_plugged_in(lab: Lab, boot_path: BootPath) -> None:
    """The first card could boot as well, and must not."""
    guest = power_on_by_second(lab, boot_path, first_linked=True)
    guest.assert_boots(lab.site.menu.default)
