"""A body that does not arrive as announced is red, with how much of it came and who ended it."""

import pytest

from harness.lab import Lab
from harness.lab.fault import Misbehaviour, serve_badly
from harness.machines import BootPath
from harness.pytest_plugin.matrix import on
from harness.site import Site
from scenarios.reference.red import red

PATIENCE_S = 0.5
"""iPXE waits for a stalled transfer for ever; we do so for two seconds of a slow guest."""
UEFI_HTTP_S = 40.0
"""POST, DHCP and the time-out of EDK II's HTTP client for the rest of a body."""


@on("bios-ipxe-rom")
def test_reset_half_way(lab: Lab, boot_path: BootPath) -> None:
    """The kernel's connection is reset."""
    serve_badly(lab, "showmax/vmlinuz", Misbehaviour.RESET)
    guest = lab.power_on(boot_path)
    with red(guest, r"cause: GET /showmax/vmlinuz .*the server reset the"):
        guest.assert_boots("showmax")


@on("bios-ipxe-rom")
def test_truncated(lab: Lab, boot_path: BootPath) -> None:
    """The connection is closed half-way, in good order."""
    serve_badly(lab, "script.ipxe", Misbehaviour.TRUNCATED)
    guest = lab.power_on(boot_path)
    with red(guest, r"cause: GET /script\.ipxe .*the server closed the"):
        guest.wait_for_menu()


@pytest.mark.real_clock("a busy Python needs longer than the firmware waits by the fast clock")
@on("x64-http-ipv4")
def test_truncated_loader(lab: Lab, boot_path: BootPath) -> None:
    """The firmware's HTTP client says no more than that it failed."""
    serve_badly(lab, "ipxe.efi", Misbehaviour.TRUNCATED)
    guest = lab.power_on(boot_path)
    with red(guest, r"cause: GET /ipxe\.efi .*the server closed the", own_timeouts_s=UEFI_HTTP_S):
        guest.wait_for_menu()


@on("bios-ipxe-rom")
def test_announced_too_short(lab: Lab, boot_path: BootPath) -> None:
    """The client takes as much as was announced, and the rest is lost."""
    serve_badly(lab, "script.ipxe", Misbehaviour.SHORT_LENGTH)
    guest = lab.power_on(boot_path)
    with red(guest, r"cause: the web server announced \d+ bytes for GET /script"):
        guest.wait_for_menu()


@on("bios-ipxe-rom")
def test_announced_too_long(lab: Lab, boot_path: BootPath) -> None:
    """The client waits for bytes that do not exist."""
    serve_badly(lab, "script.ipxe", Misbehaviour.LONG_LENGTH)
    guest = lab.power_on(boot_path)
    cause = r"cause: GET /script\.ipxe .*is unfinished: \d+ of \d+ bytes"
    guest.wait_for("script.ipxe...")
    with red(guest, cause):
        guest.wait_for(" ok", timeout_s=PATIENCE_S)


class TestSlow:
    """A body that trickles."""

    @pytest.fixture
    def site(self, site: Site) -> Site:
        """Let the kernel through at 1 kB a second."""
        slow = "root /srv/tftp; location = /showmax/vmlinuz { limit_rate 1k; }"
        return site.replaced("etc/nginx/nginx.conf", "root /srv/tftp;", slow)

    @on("bios-ipxe-rom")
    def test_is_red(self, lab: Lab, boot_path: BootPath) -> None:
        """The time is over before the kernel is there."""
        guest = lab.power_on(boot_path)
        guest.wait_for_menu()
        guest.wait_for("vmlinuz...")
        cause = r"cause: GET /showmax/vmlinuz .*unfinished: .* bytes arrived in \d+"
        with red(guest, cause):
            guest.wait_for(" ok", timeout_s=PATIENCE_S)
