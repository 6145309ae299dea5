"""iPXE for UEFI before 1.21 hands Linux no initrd where the command line does not name one.

Since 1.21 the kernel is offered it by itself (LINUX_EFI_INITRD_MEDIA_GUID).
"""

import pytest

from harness.lab import Lab
from harness.machines import BootPath
from harness.pytest_plugin.bugs import Bug
from harness.pytest_plugin.matrix import pair
from harness.site import Site

pytestmark = pytest.mark.needs_linux("it is Linux that looks for its initrd")


@pytest.fixture
def site(site: Site) -> Site:
    """Take the word out of the default entry, and let the kernel tell what it comes to."""
    words = "kernel showmax/vmlinuz initrd=initrd.img"
    aloud = "kernel showmax/vmlinuz console=ttyS0"
    return site.replaced("srv/tftp/script.ipxe", words, aloud)


@pair(
    "x64-tftp-ipv4",
    report="ipxe/ipxe#893",
    symptom="kernel-no-root",
    axis="loader",
    shown_by=["ipxe@1.0"],
    not_by=["ipxe@1.21", "ipxe@2.0"],
)
def test_initrd_unnamed(lab: Lab, boot_path: BootPath, bug: Bug) -> None:
    """Linux comes up with its initrd, or finds no root."""
    guest = lab.power_on(boot_path)
    with bug.held():
        guest.assert_boots(lab.site.menu.default)
