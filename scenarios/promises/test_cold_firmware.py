"""Firmware that starts cold boots as firmware restored from its image does."""

from dataclasses import replace

import pytest

from harness.lab import Lab, LabOptions
from harness.machines import BootPath
from harness.pytest_plugin.matrix import on


@pytest.fixture
def lab_options(lab_options: LabOptions) -> LabOptions:
    """Do POST anew."""
    return replace(lab_options, warm=False)


@on("x64-tftp-ipv6", slow=["x64-http-ipv4"])
def test_boots_alike(lab: Lab, boot_path: BootPath, default_entry: str) -> None:
    """The same menu, the same path, the same verdict."""
    guest = lab.power_on(boot_path)
    guest.wait_for_menu().assert_default(default_entry)
    guest.assert_boots(default_entry)
