"""The boot menu as GRUB draws it: a frame of items, the selected one marked with a star."""

from harness.guest.menu import IpxeMenu
from harness.guest.screen import Screen

_FRAME = " │|\u2502\ufffd"
_MARK = "*"


class GrubMenu(IpxeMenu):
    """The same menu, worked by the same keys; GRUB has its own name for a title."""

    def _selection(self, screen: Screen) -> str | None:
        """Give the selected item when the whole menu is drawn."""
        rows = [row.strip(_FRAME) for row in screen.rows]
        selected = [row.removeprefix(_MARK) for row in rows if row.startswith(_MARK)]
        drawn = {row.removeprefix(_MARK) for row in rows}
        if len(selected) != 1 or selected[0] not in self.texts:
            return None
        return selected[0] if set(self.texts) <= drawn else None
