"""A cable that is pulled: for a moment, and the boot goes on; for good, and it is red."""

import pytest

from harness.lab import Lab
from harness.lab.link_fault import Kind
from harness.machines import BootPath
from harness.pytest_plugin.matrix import on
from scenarios.reference.red import red

# tftpd sends a block again after a second of the host's.
pytestmark = pytest.mark.real_clock("firmware must not give up before tftpd has tried again")

POST_S, OFFERS_S, BLOCKS_S = 20.0, 7.0, 6 * 8.0
"""How long a cold start takes, and UEFI gathers offers, and asks for a block that does not come."""


@on(slow=["x64-tftp-ipv4", "x64-tftp-ipv6"])
def test_plugged_in_again(lab: Lab, boot_path: BootPath) -> None:
    """Pulled in the midst of the loader, plugged in once the firmware has asked twice in vain."""
    link = lab.link().cut(at=100, of=Kind.TFTP_DATA, asks=2)
    guest = lab.power_on(boot_path)
    verdict = guest.assert_boots("showmax")
    link.assert_struck("cut at tftp-data 100", "plugged in")
    assert any("was cut for a while" in fault for fault in verdict.recovered)


@on(slow=["x64-tftp-ipv4"])
def test_pulled_for_good(lab: Lab, boot_path: BootPath) -> None:
    """The firmware gives up after its own time-outs, and how far it came is named."""
    link = lab.link().cut(at=100, of=Kind.TFTP_DATA)
    guest = lab.power_on(boot_path)
    with red(
        guest,
        r"cause: TFTP of ipxe\.efi over IPv4 .* after \d+ bytes",
        own_timeouts_s=POST_S + OFFERS_S + BLOCKS_S,
    ):
        guest.wait_for_menu()
    link.assert_struck("cut at tftp-data 100")
