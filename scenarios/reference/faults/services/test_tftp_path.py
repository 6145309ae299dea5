"""TFTP over a path that loses blocks, or carries only small ones: told, and red only for good."""

import pytest

from harness.lab import Lab
from harness.lab.link_fault import Kind, Toward
from harness.machines import BootPath
from harness.pytest_plugin.matrix import on
from scenarios.reference.red import red

TINY_MTU = 576
PXE_S = 60.0
"""EDK II asks for a block again and again before it gives up (UEFI, Mtftp4)."""

pytestmark = pytest.mark.real_clock("tftpd sends a block again after a second of the host's")


@on(slow=["x64-tftp-ipv4"])
def test_lost_blocks(lab: Lab, boot_path: BootPath) -> None:
    """Three blocks are lost, and come when they are sent again: green, and told."""
    lab.link().lose(every=100, times=3, of=Kind.TFTP_DATA, toward=Toward.GUEST)
    guest = lab.power_on(boot_path)
    verdict = guest.assert_boots(lab.site.menu.default)
    assert any("blocks of ipxe.efi again" in fault for fault in verdict.recovered)


@on(slow=["x64-tftp-ipv4"])
def test_no_block_gets_through(lab: Lab, boot_path: BootPath) -> None:
    """All that is large is lost, as behind a link with a small MTU of which nobody is told."""
    lab.link().lose(of=Kind.TFTP_DATA, toward=Toward.GUEST)
    guest = lab.power_on(boot_path)
    cause = r"cause: TFTP of ipxe\.efi .*block 1 was sent \d+ times .* does not reach the machine"
    with red(guest, cause, own_timeouts_s=PXE_S):
        guest.wait_for_menu()


@on(slow=["x64-tftp-ipv4"])
def test_tiny_mtu(lab: Lab, boot_path: BootPath) -> None:
    """A server that may send only small packets splits its blocks, and firmware joins them."""
    lab.network.set_mtu(TINY_MTU)
    guest = lab.power_on(boot_path)
    guest.assert_boots(lab.site.menu.default)
