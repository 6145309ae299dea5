"""A machine that boots from its disk boots from the network once when it is told to, not again."""

from harness.lab import BootDevice, Lab, Start, Stop
from harness.machines import BootPath
from harness.pytest_plugin.matrix import on

NOTHING = {
    True: "BdsDxe: failed to load Boot0000",
    False: "Boot failed: not a bootable disk",
}
"""What UEFI firmware, and a BIOS, say of an empty disk."""


@on("bios-ipxe-rom", slow=["x64-http-ipv4", "x64-http-ipv6"])
def test_once_and_not_again(lab: Lab, boot_path: BootPath) -> None:
    """The order is the machine's own again after that boot, at a reset."""
    guest = lab.add_guest(boot_path, has_disk=True)
    empty = NOTHING[boot_path.is_uefi]
    guest.power.on()
    guest.wait_for(empty)
    guest.power.boot_next(BootDevice.NETWORK)
    guest.power.reset()
    menu = guest.wait_for_menu()
    guest.power.reset()
    guest.wait_for(empty)
    menu.assert_default(lab.site.menu.default)
    # SeaBIOS resets by itself when it has tried everything.
    events = [mark.event for mark in guest.power.history]
    assert Start.RESET in events
    assert [each for each in events if each is not Start.RESET] == [Start.ON, Stop.OFF, Start.ON]


@on("bios-ipxe-rom", slow=["x64-http-ipv4", "x64-http-ipv6"])
def test_switched_on_for_it(lab: Lab, boot_path: BootPath) -> None:
    """A machine that is off takes the order with its next start, and not with the one after.

    The boot is judged as any.
    """
    guest = lab.add_guest(boot_path, has_disk=True)
    guest.power.boot_next(BootDevice.NETWORK)
    guest.power.on()
    guest.wait_for_menu()
    guest.assert_boots(lab.site.menu.default)
    guest.power.on()
    guest.wait_for(NOTHING[boot_path.is_uefi])
