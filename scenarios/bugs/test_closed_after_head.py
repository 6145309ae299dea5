"""UEFI HTTP Boot before edk2-stable202205 asks on by a connection that the server ends.

753fd319e2 and 12a50c9ce1: it takes no notice of `Connection: close`, which comes with the answer to
its HEAD (RFC 9112, 9.6). Whether a server is quicker to end it than firmware is to ask decides
most such boots; this one waits until it is asked.
"""

from harness.lab import Lab
from harness.lab.fault import Misbehaviour, serve_badly
from harness.machines import BootPath
from harness.pytest_plugin.bugs import Bug
from harness.pytest_plugin.matrix import pair


@pair(
    "x64-http-ipv4",
    report="tianocore/edk2#9920",
    symptom="Unexpected network error",
    shown_by=["ovmf-x64@2020.11"],
    not_by=["ovmf-x64@2022.11", "ovmf-x64@2025.02", "ovmf-x64@2026.08"],
)
def test_closed_after_head(lab: Lab, boot_path: BootPath, bug: Bug) -> None:
    """It makes another connection, and gets its loader."""
    serve_badly(lab, "ipxe.efi", Misbehaviour.CLOSED_AFTER_HEAD)
    guest = lab.power_on(boot_path)
    with bug.held():
        guest.wait_for("iPXE initialising devices")
