"""QEMU's iPXE ROM playing a vendor's PXE ROM.

QEMU's NIC ROMs are iPXE and say so in their DHCP requests, so a site hands them
its script at once and never its legacy loader. One that tells no features of its own
(`harness.assets.vendor_rom`) is made by an operator's typing to behave as a ROM that knows
nothing of iPXE: another user class, the loader that DHCP names, by TFTP, or nothing.
"""

from harness.guest.console.console import Console
from harness.guest.console.keyboard import Key, type_line

_PROMPT = "iPXE> "
_ASKS = "for the iPXE command line"
_NORMAL = ("ipxe-shell",)
"""The prompt, which is a failure wherever nobody has asked for it."""

_COMMANDS = (
    "set user-class PXE",
    # A vendor's knows IPv4 only; iPXE's `dhcp` would ask in both families.
    "ifconf --configurator dhcp NIC",
    # The loader would inherit the user class, and be taken for a ROM and be fetched again.
    "clear user-class",
    # Whether the loader never came or has given up: a BIOS goes on to what it boots next.
    "isset ${filename} && chain --autofree tftp://${next-server}/${filename} && exit || exit",
)


def play_vendor_rom(console: Console, *, timeout_s: float, nic: str = "net0") -> None:
    """Interrupt the ROM with Ctrl-B and make it fetch what DHCP names to a plain PXE client.

    `timeout_s` is for each step: power-on to the prompt, and each command. iPXE numbers the
    cards in the order of their slots, so it calls them as the guest's spec does.
    Returns when the last command is typed; what it brings is for the next wait.
    """
    # Made so, the ROM waits for the key (`harness.assets.vendor_rom`); one pressed before is lost
    # where the ROM sets the serial port up.
    console.wait_for(_ASKS, timeout_s=timeout_s, what="the start of the NIC's ROM")
    console.send(Key.CTRL_B)
    for command in _COMMANDS:
        console.wait_for_screen(
            "the ROM's prompt",
            lambda screen: screen.before_cursor.endswith(_PROMPT) or None,
            timeout_s=timeout_s,
            tolerate=_NORMAL,
        )
        type_line(console, command.replace("NIC", nic), tolerate=_NORMAL)
