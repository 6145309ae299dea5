"""A web server that is not there is red: at once when it dies, by its name when it is silent."""

import pytest

from harness.errors import BootError, ServiceError
from harness.lab import Lab
from harness.machines import BootPath
from harness.pytest_plugin.matrix import on


@on("bios-ipxe-rom")
def test_stopped_is_red(lab: Lab, boot_path: BootPath) -> None:
    """What was fetched from it is named, and that nobody answered."""
    lab.service("nginx").stop()
    guest = lab.power_on(boot_path)
    with pytest.raises(BootError, match=r"cause: .*192\.0\.2\.1.*refused"):
        guest.wait_for_menu()


@on("bios-ipxe-rom")
def test_killed_is_red(lab: Lab, boot_path: BootPath) -> None:
    """A daemon that dies ends the wait, with its exit and its last words."""
    guest = lab.power_on(boot_path)
    lab.service("nginx").kill()
    with pytest.raises(ServiceError, match="nginx: died"):
        guest.wait_for_menu()
