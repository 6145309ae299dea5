"""Firmware that prints nothing is red as such, not as a menu that did not come."""

from dataclasses import replace

import pytest

from harness.assets.cache import Cache
from harness.assets.own_firmware import kept
from harness.errors import BootError
from harness.lab import Lab, LabOptions
from harness.machines import BootPath
from harness.pytest_plugin.matrix import on


@pytest.fixture
def lab_options(lab_options: LabOptions) -> LabOptions:
    """Flash the guest with nothing, which has no POST that could be saved."""
    firmware = lab_options.firmware
    blank_path = lab_options.evidence_dir / "blank.fd"
    blank_path.write_bytes(bytes(firmware.code_path.stat().st_size))
    code_path, _ = kept(blank_path, firmware.code_path, Cache(dir=lab_options.cache_dir))
    return replace(lab_options, firmware=replace(firmware, code_path=code_path), warm=False)


@on("x64-http-ipv4")
def test_is_red(lab: Lab, boot_path: BootPath) -> None:
    """The guest burns its processor and says nothing."""
    guest = lab.power_on(boot_path)
    with pytest.raises(BootError, match="the guest printed nothing"):
        guest.wait_for_menu()
