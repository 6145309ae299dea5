"""iPXE's menu and its prompts, as they stand on a screen.

It draws for 80 by 25 (`hci/tui/menu_ui.c`): the title in the second row, 20 rows of the menu
from the fourth one on, and "..." above and below them when there are more, which come page by
page. The selected row is bold from edge to edge, whatever colours a script has set.
"""

import re

from harness.loaders.base import DrawnMenu, DrawnScreen, ScreenRow

_TITLE, _ABOVE, _FIRST, _BELOW = 1, 2, 3, 23
_MORE = "..."
_LEAST_BOLD = 20
"""iPXE counts bytes: a row of characters that have several falls short of the edge by far."""
_COUNT_DOWN = re.compile(r"(?:\s{2,}|(?<=.{70}))\((?P<seconds>\d+\)|\d{4,})$")
_EDGE = re.compile(r"(?:\s{2,}\(?\d*\)?|(?<=.{70})\(\d*\)?)$")
"""At the row's end, also while it is half drawn. iPXE leaves one blank between a text's words.

It has room for three digits: of more the row ends with the fourth.
"""
_LOGIN = ("Username:", "Password:")
COUNTS_DOWN = re.compile(rb"(?:  |[^\x1b\r\n]{70})\(\d{1,3}\)|  \(\d{4}")
_SETTINGS = "Ctrl-X - exit configuration utility"


def read_menu(screen: DrawnScreen) -> DrawnMenu | None:
    """Read the menu; None while no single row is selected, or something else is on the screen."""
    rows = screen.painted
    above, below = rows[_ABOVE].text.strip(), rows[_BELOW].text.strip()
    shown = rows[_FIRST:_BELOW]
    selected = [number for number, row in enumerate(shown) if _is_selected(row)]
    is_menu = not rows[0].text and above in ("", _MORE) and below in ("", _MORE)
    if not is_menu or len(selected) != 1:
        return None
    at = selected[0]
    texts = [row.text.strip() for row in shown]
    count_down = _COUNT_DOWN.search(shown[at].text)
    texts[at] = _EDGE.sub("", shown[at].text).strip()
    last = max(number for number, text in enumerate(texts) if text or number == at)
    return DrawnMenu(
        title=rows[_TITLE].text.strip(),
        items=tuple(texts[: last + 1]),
        at=at,
        counts_down_s=int(count_down["seconds"].rstrip(")")) if count_down else None,
        more_above=above == _MORE,
        more_below=below == _MORE,
        page=_BELOW - _FIRST,
    )


def _is_selected(row: ScreenRow) -> bool:
    """Whether a row is bold beyond its text: iPXE's own name in bold ends with its letters."""
    is_cut_short = _COUNT_DOWN.search(row.text) is not None and not row.text.endswith(")")
    return row.bold >= max(_LEAST_BOLD, len(row.text) + (-1 if is_cut_short else 1))


def read_prompt(screen: DrawnScreen) -> str | None:
    """Tell iPXE's shell, its settings browser, and its form for a name and a password."""
    if screen.before_cursor.strip() == "iPXE>":
        return "iPXE shell"
    texts = [row.text.strip() for row in screen.painted]
    if all(label in texts for label in _LOGIN):
        return "iPXE login"
    return "iPXE settings" if any(_SETTINGS in text for text in texts) else None
