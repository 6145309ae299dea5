"""UEFI HTTP Boot does not follow a redirection, whichever status says it.

To who has asked by HEAD or GET, all of them mean the same (RFC 9110, 15.4).
"""

import pytest

from harness.lab import Lab
from harness.machines import BootPath
from harness.pytest_plugin.bugs import Bug
from harness.pytest_plugin.matrix import pair
from harness.site import Site
from scenarios.bugs.redirected import with_moved


class Redirected:
    """The loader is elsewhere, as the web server says."""

    status: int

    @pytest.fixture
    def site(self, site: Site) -> Site:
        """Say so."""
        return with_moved(site, "/ipxe.efi", status=self.status)

    @pair(
        "x64-http-ipv4",
        report="tianocore/edk2#9714",
        symptom="Unexpected network error|redirect",
        shown_by=["ovmf-x64@2022.11", "ovmf-x64@2025.02", "ovmf-x64@2026.08"],
    )
    def test_is_followed(self, lab: Lab, boot_path: BootPath, bug: Bug) -> None:
        """It goes where it is sent."""
        guest = lab.power_on(boot_path)
        with bug.held():
            guest.wait_for("iPXE initialising devices")


class TestMovedPermanently(Redirected):
    """For good."""

    status = 301


class TestFound(Redirected):
    """For now, in the oldest words."""

    status = 302


class TestSeeOther(Redirected):
    """To be asked for by GET."""

    status = 303


class TestTemporaryRedirect(Redirected):
    """For now, by the method that was asked by."""

    status = 307


class TestPermanentRedirect(Redirected):
    """For good, likewise."""

    status = 308
