"""iPXE before 2.0 waits for ever for the rest of an HTTP body that does not come.

Since 2.0 it gives up after two minutes (HTTP_WATCHDOG_SECONDS), and the script goes on.
"""

import pytest

from harness.errors import BootError
from harness.lab import Lab
from harness.lab.fault import Misbehaviour, serve_badly
from harness.machines import BootPath
from harness.pytest_plugin.bugs import Bug
from harness.pytest_plugin.matrix import pair
from harness.site import Site
from scenarios.bugs.by_script import END, with_script

FOR_EVER_S = 50.0
"""Of a machine with KVM: with emulation four times as much."""


@pytest.fixture
def site(site: Site) -> Site:
    """Fetch a file."""
    return with_script(site, "imgfetch http://192.0.2.1/undionly.kpxe")


@pair(
    "x64-tftp-ipv4",
    report="ipxe/ipxe 88c3e68df",
    symptom="did not come within",
    axis="loader",
    shown_by=["ipxe@1.21"],
    not_by=["ipxe@2.0"],
)
def test_stalled_fetch(lab: Lab, boot_path: BootPath, bug: Bug) -> None:
    """It says that the time is over."""
    serve_badly(lab, "undionly.kpxe", Misbehaviour.STALLED)
    guest = lab.power_on(boot_path)
    guest.wait_for("undionly.kpxe...")
    with bug.held(), pytest.raises(BootError, match="ipxe-timed-out"):
        guest.wait_for(END, timeout_s=FOR_EVER_S)
