"""GRUB's menu: a frame of items, the selected one marked with a star."""

from harness.loaders.base import DrawnMenu, DrawnScreen

_EDGES = "│|\ufffd"
"""The frame's sides: GRUB draws them in a code page that is none of a terminal's."""
_FRAME = f" {_EDGES}"
_MARK = "*"


def read_menu(screen: DrawnScreen) -> DrawnMenu | None:
    """Read the menu; None while no single item is selected."""
    texts = [row.text.strip() for row in screen.painted]
    inside = [
        text
        for row in texts
        if row and row[0] in _EDGES and row[-1] in _EDGES
        if (text := row.strip(_FRAME))
    ]
    selected = [text for text in inside if text.startswith(_MARK)]
    if len(selected) != 1:
        return None
    return DrawnMenu(
        title=None,
        items=tuple(text.removeprefix(_MARK) for text in inside),
        selected=selected[0].removeprefix(_MARK),
    )
