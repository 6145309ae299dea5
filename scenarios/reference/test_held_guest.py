"""The fast clock stands still while dhcpd pings the address that it is about to offer.

Without that, a guest would live through many seconds in the one that this takes.
"""

from itertools import takewhile

import pytest

from harness.lab import Clock, Lab
from harness.machines import BootPath
from harness.pytest_plugin.matrix import on
from harness.witness.wire import DhcpKind, DhcpMessage, Wire


def questions(wire: Wire) -> int:
    """Count how often DHCPv4 was asked for an address before it offered one."""
    kinds = (message.kind for message in wire.of(DhcpMessage))
    before = takewhile(lambda kind: kind is not DhcpKind.OFFER, kinds)
    return sum(kind is DhcpKind.DISCOVER for kind in before)


@on("bios-ipxe-rom")
def test_asks_for_an_address_once(lab: Lab, boot_path: BootPath) -> None:
    """Its time-out for the next question, shorter than the ping, does not pass."""
    if lab.options.clock is Clock.REAL:
        pytest.skip("a machine with the real clock does ask again")
    guest = lab.power_on(boot_path)
    guest.wait_for_menu()
    assert questions(lab.evidence.read_wire()) == 1
    guest.assert_boots(lab.site.menu.default)
