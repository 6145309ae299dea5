"""GRUB as Debian signs it does not find where HTTP Boot has brought it from, but for 2.12.

2.06 takes over the lease of firmware that came by TFTP, and none of HTTP Boot: it ends at a prompt.
2.14 gives the machine back, "unable to find boot device".
"""

import pytest

from harness.lab import Lab
from harness.machines import BootPath
from harness.pytest_plugin.bugs import Bug
from harness.pytest_plugin.matrix import pair
from harness.site import Site
from scenarios.reference.test_x64_grub import boots_untouched, with_signed_grub

pytestmark = pytest.mark.real_clock("GRUB polls the network, which makes the fast clock race")


@pytest.fixture
def site(site: Site, bug: Bug) -> Site:
    """Hand that release out."""
    return with_signed_grub(site, bug.release.partition("@")[2])


@pair(
    "x64-http-ipv4",
    report="GRUB of Debian over HTTP (no public report found)",
    symptom="grub>|unable to find boot device",
    axis="",
    shown_by=["grub@2.06", "grub@2.14"],
    not_by=["grub@2.12"],
)
def test_grub_over_http(lab: Lab, boot_path: BootPath, bug: Bug) -> None:
    """The menu is there, and its default boots."""
    with bug.held():
        boots_untouched(lab, boot_path)
