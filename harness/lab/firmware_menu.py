"""The operator's way to a boot path: the firmware's menu key, a card and protocol in its menu."""

from harness.errors import UsageError
from harness.guest.menus.boot_manager import BootManager
from harness.guest.nvram import option_title
from harness.lab.judged_guest import JudgedGuest
from harness.machines import BootPath

POST_TIMEOUT_S = 30.0
"""To the firmware's first word."""


class FirmwareMenu:
    """The boot manager on a guest's screen, by boot paths."""

    def __init__(self, guest: JudgedGuest, drawn: BootManager) -> None:
        """Keep the guest and its boot manager; a guest makes it (`Guest.open_boot_manager`)."""
        self._guest = guest
        self._drawn = drawn

    def choose(self, path: BootPath) -> None:
        """Move to the option for this path on the guest's card, and press Enter."""
        option = option_title(path, self._guest.mac)
        with self._guest.waiting_for(f"the firmware's menu to offer {option!r}"):
            self._drawn.choose(option)


def open_boot_manager(guest: JudgedGuest) -> FirmwareMenu:
    """Press the menu key of a guest's firmware, and go to its boot manager."""
    if not guest.spec.by_hand:
        raise UsageError(
            f"guest {guest.spec.name} boots by itself", cure="power it on with by_hand=True"
        )
    drawn = BootManager(guest.console)
    with guest.waiting_for("the firmware's boot manager"):
        drawn.open(timeout_s=POST_TIMEOUT_S)
    return FirmwareMenu(guest, drawn)
