"""Firmware that prints nothing is red as such, not as a menu that did not come."""

import pytest

from harness.errors import BootError
from harness.lab import Lab, LabOptions
from harness.lab.fault import with_blank_firmware
from harness.machines import BootPath
from harness.pytest_plugin.matrix import on


@pytest.fixture
def lab_options(lab_options: LabOptions) -> LabOptions:
    """Flash the guest with nothing, which has no POST that could be saved."""
    return with_blank_firmware(lab_options)


@on("x64-http-ipv4")
def test_is_red(lab: Lab, boot_path: BootPath) -> None:
    """The guest burns its processor and says nothing."""
    guest = lab.power_on(boot_path)
    with pytest.raises(BootError, match="the guest printed nothing"):
        guest.wait_for_menu()
