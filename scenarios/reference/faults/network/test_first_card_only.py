"""Firmware that tries only the first card of its list never asks by the one that is plugged in.

That the second could boot, `promises/test_several_nics` shows.
"""

from harness.lab import Lab, Nic
from harness.machines import BootPath
from harness.pytest_plugin.matrix import on
from harness.witness.wire import DhcpMessage
from scenarios.reference.red import red

POST_S, ASKED_IN_VAIN_S = 20.0, 20.0
"""How long a cold start takes, and a ROM asks for an address."""


@on("bios-ipxe-rom", slow=["x64-tftp-ipv4", "x64-http-ipv6"])
def test_gives_up(lab: Lab, boot_path: BootPath) -> None:
    """The first card's cable leads nowhere."""
    nics = (Nic.of(boot_path, linked=False), Nic.of(boot_path))
    guest = lab.power_on(boot_path, nics=nics, boots_by="net0")
    first, second = (nic.mac for nic in guest.spec.nics)
    with red(
        guest,
        rf"cause: nothing from {first} was on the wire: .* its NIC has no link",
        own_timeouts_s=POST_S + ASKED_IN_VAIN_S,
    ):
        guest.wait_for_menu()
    assert not list(lab.wire().of(DhcpMessage, mac=second))
