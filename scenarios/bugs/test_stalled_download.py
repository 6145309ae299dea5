"""UEFI HTTP Boot before edk2-stable202411 gives up on a download that stalls; later ones resume it.

edk2 69139e39bc and b3efbda166: the rest is asked for by `Range`.
"""

import pytest

from harness.lab import Lab
from harness.lab.fault import Misbehaviour, serve_badly
from harness.machines import BootPath
from harness.pytest_plugin.bugs import Bug
from harness.pytest_plugin.matrix import pair

pytestmark = pytest.mark.real_clock("a stall has to be one by the server's time, too")


@pair(
    "x64-http-ipv4",
    report="tianocore/edk2 69139e39bc",
    symptom="Server response timeout",
    shown_by=["ovmf-x64@2022.11"],
    not_by=["ovmf-x64@2025.02", "ovmf-x64@2026.08"],
)
def test_stalled_download(lab: Lab, boot_path: BootPath, bug: Bug) -> None:
    """The loader's first half comes, and then nothing until it is asked for the rest."""
    serve_badly(lab, "ipxe.efi", Misbehaviour.STALLED)
    guest = lab.power_on(boot_path)
    with bug.held():
        guest.wait_for("iPXE initialising devices")
