"""The fast clock stands still while a server owes an answer.

Without that, a guest would live through many seconds in the one for which dhcpd pings the address
that it is about to offer, and in the two for which a busy host keeps it from its work.
"""

from itertools import takewhile

import pytest

from harness.lab import Clock, Lab, LabOptions, fault
from harness.machines import BootPath
from harness.model import Family, Role
from harness.pytest_plugin.matrix import on
from harness.witness.wire import DhcpKind, DhcpMessage, Wire


def questions(wire: Wire) -> int:
    """Count how often DHCPv4 was asked for an address before it offered one."""
    kinds = (message.kind for message in wire.of(DhcpMessage))
    before = takewhile(lambda kind: kind is not DhcpKind.OFFER, kinds)
    return sum(kind is DhcpKind.DISCOVER for kind in before)


@pytest.fixture(autouse=True)
def _fast_clock(lab_options: LabOptions) -> None:
    if lab_options.clock is Clock.REAL:
        pytest.skip("a machine with the real clock does ask again")


@on("bios-ipxe-rom")
def test_asks_for_an_address_once(lab: Lab, boot_path: BootPath) -> None:
    """Its time-out for the next question, shorter than the ping, does not pass."""
    guest = lab.power_on(boot_path)
    guest.wait_for_menu()
    assert questions(lab.wire()) == 1
    guest.assert_boots(lab.site.menu.default)


@on("bios-ipxe-rom")
def test_waits_for_a_server_that_has_no_core(lab: Lab, boot_path: BootPath) -> None:
    """The same for one that is kept from its work."""
    with fault.frozen(lab, Role.DHCPV4, for_s=2):
        guest = lab.power_on(boot_path)
        fault.wait_until_asked(guest, Family.IPV4)
    guest.wait_for_menu()
    assert questions(lab.wire()) == 1
    guest.assert_boots(lab.site.menu.default)
