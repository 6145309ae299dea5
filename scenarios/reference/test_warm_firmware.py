"""Firmware is restored at a machine's first power-on only; then it does its POST like any."""

import pytest

from harness.lab import Lab
from harness.machines import BootPath
from harness.pytest_plugin.matrix import on


@on("x64-http-ipv4")
def test_off_and_on(lab: Lab, boot_path: BootPath) -> None:
    """Its variable store is whole after both; the second boot is judged by what is its own."""
    if not lab.options.warm or lab.options.accel != "tcg":
        pytest.skip("firmware does its POST at each start here")
    guest = lab.power_on(boot_path)
    assert guest.power.was_warm
    guest.wait_for_menu()
    guest.power.off()
    guest.power.on()
    guest.wait_for_menu().assert_default(lab.site.menu.default)
    guest.assert_boots(lab.site.menu.default)
