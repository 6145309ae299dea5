"""Without random numbers OVMF since edk2-stable202405 boots from no network.

Its network stack wants them since CVE-2023-45237. A machine has them by its processor (RDRAND) or
by a device (virtio-rng); one that has neither finds nothing to boot.
"""

import pytest

from harness.lab import Lab, LabOptions
from harness.lab.fault import without_entropy
from harness.machines import BootPath
from harness.pytest_plugin.bugs import Bug
from harness.pytest_plugin.matrix import pair


@pytest.fixture
def lab_options(lab_options: LabOptions) -> LabOptions:
    """Take both away."""
    return without_entropy(lab_options)


@pair(
    "x64-tftp-ipv4",
    report="tianocore/edk2#9530",
    symptom="nothing from 52:54:00:.* was on the wire",
    shown_by=["ovmf-x64@2025.02", "ovmf-x64@2026.08"],
    not_by=["ovmf-x64@2022.11"],
)
def test_no_entropy(lab: Lab, boot_path: BootPath, bug: Bug) -> None:
    """The machine boots, or does not so much as ask."""
    guest = lab.power_on(boot_path)
    with bug.held():
        guest.assert_boots(lab.site.menu.default)
