"""iPXE for UEFI since 1.21 hands Linux every initrd that was fetched, whichever the command names.

Before, Linux got those that `initrd=` names. What was fetched for another purpose now lies in the
root of what boots.
"""

import pytest

from harness.lab import Lab
from harness.machines import BootPath
from harness.pytest_plugin.bugs import Bug
from harness.pytest_plugin.matrix import pair
from harness.site import Site

FETCH = "initrd showmax/initrd.img || goto failed\n"


@pytest.fixture
def site(site: Site) -> Site:
    """Fetch another one for the default entry, whose kernel is told of the first alone."""
    another = "initrd grml/initrd.grml.img || goto failed\n"
    return site.replaced("srv/tftp/script.ipxe", FETCH, FETCH + another)


@pair(
    "x64-tftp-ipv4",
    report="ipxe/ipxe#956",
    symptom="another entry's|2 archives",
    axis="loader",
    shown_by=["ipxe@1.21", "ipxe@2.0"],
    not_by=["ipxe@1.0"],
)
def test_unnamed_initrd_leaks(lab: Lab, boot_path: BootPath, bug: Bug) -> None:
    """The kernel has the one that it was told of."""
    guest = lab.power_on(boot_path)
    with bug.held():
        count = len(guest.wait_for_report().archives)
        assert count == 1, f"{count} archives"
