"""The boot menu as GRUB draws it: a frame of items, the selected one marked with a star."""

from collections.abc import Iterable

from harness.guest.console.screen import Screen
from harness.guest.menus.ipxe import IpxeMenu

FAILURE_TEXT = "Press any key to continue..."
FAILURE_PAUSE_S = 10
"""What GRUB says when an entry has failed, and for how many seconds if no key comes."""

_EDGES = "│|\ufffd"
"""The frame's sides: GRUB draws them in a code page that is none of a terminal's."""
_FRAME = f" {_EDGES}"
_MARK = "*"


class GrubMenu(IpxeMenu):
    """The same menu, worked by the same keys; GRUB has its own name for a title."""

    def _selection(self, screen: Screen) -> str | None:
        """Give the selected item when the whole menu is drawn."""
        rows = [row.strip(_FRAME) for row in screen.rows]
        selected = [row.removeprefix(_MARK) for row in rows if row.startswith(_MARK)]
        if len(selected) != 1 or selected[0] not in self.texts:
            return None
        return selected[0] if set(self.texts) <= set(self._shown(screen)) else None

    def _shown(self, screen: Screen) -> Iterable[str]:
        """Give the items inside the frame."""
        rows = [row.strip() for row in screen.rows]
        framed = [row for row in rows if row and row[0] in _EDGES and row[-1] in _EDGES]
        return [text.removeprefix(_MARK) for row in framed if (text := row.strip(_FRAME))]
