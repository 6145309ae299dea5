"""iPXE's menu, as it fills a screen with colours."""

import re

from harness.loaders.base import DrawnMenu, DrawnScreen

_EDGE = re.compile(r"\s{2,}\(?\d*\)?$")
"""Where the count-down stands, also while it is half drawn."""


def read_menu(screen: DrawnScreen) -> DrawnMenu | None:
    """Read the menu: a title on the screen's first line, and a filled row for each item."""
    if screen.selected_row is None:
        return None
    selected = screen.painted[screen.selected_row].text
    title = next((row.text.strip() for row in screen.painted if row.text), "")
    filled = (row.text for row in screen.painted if row.background and row.text)
    texts = (_EDGE.sub("", text).strip() for text in filled)
    return DrawnMenu(
        title=title,
        items=tuple(text for text in texts if text != title),
        selected=_EDGE.sub("", selected).strip(),
    )
