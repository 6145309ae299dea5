"""A system that panics tells the hypervisor so, and a wait ends with that at once."""

import pytest

from harness.errors import GuestError
from harness.lab import Lab, Stop
from harness.machines import BootPath
from harness.pytest_plugin.matrix import on

ENTRY = "efishell"
PANIC = "mm 505 1 -w 1 -IO -n"
"""Writes "panicked" to the port of QEMU's device (pvpanic), as a kernel's driver does."""


@pytest.mark.real_clock("the shell polls for keys, which makes the fast clock crawl")
@on(slow=["x64-http-ipv4"])
def test_ends_the_wait(lab: Lab, boot_path: BootPath) -> None:
    """It is no power-off, though the machine is off afterwards."""
    guest = lab.power_on(boot_path)
    guest.choose(ENTRY)
    shell = guest.assert_shell(ENTRY)
    with pytest.raises(GuestError, match="guest0 panicked"):
        shell.ask(PANIC)
    assert guest.power.wait_for_stop(10) is Stop.PANICKED
