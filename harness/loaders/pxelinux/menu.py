"""PXELINUX's menu (menu.c32) and its prompt: a frame of rows, one of them on another colour.

It leaves its menu standing, without a selected row, and goes on below it. Syslinux for UEFI draws
the frame in a code page that is none of a terminal's, clears nothing, and takes the arrow keys of a
serial terminal for Home and End.
"""

import re
from collections import Counter

from harness.loaders.base import DrawnMenu, DrawnScreen, MenuKeys

_RULE = re.compile(r"[┌├└\ufffd][─\ufffd]{8,}[┐┤┘\ufffd]")
_EDGES = "│▒\ufffd"
"""The frame's sides; the right one is a bar where the menu has more rows than the frame."""
_BAR = "▒"
_LEADS = re.compile(r"\s+[<>]$")
"""Behind a row that leads to another menu, or back."""
_COUNT_DOWN = re.compile(r"Automatic boot in (?P<seconds>\d+) second")
COUNTS_DOWN = re.compile(rb"(?:\x1b\[\d+;\d+H)*".join(bytes([b]) for b in b"Automatic boot in"))
"""Syslinux for UEFI says before each letter where it stands."""
KEYS = MenuKeys(down="\x0e", up="\x10", stop="\x0e\x10")
"""Ctrl-N and Ctrl-P, which its builds for a BIOS and for UEFI know alike. No key that moves nothing
ends its count-down: down and up again does."""
AT_PROMPT = re.compile(r"boot:(?: |$)")
PROMPT = "PXELINUX prompt"
_RULES = 3
"""The frame's top, the line below the title, its foot."""


def read_menu(screen: DrawnScreen) -> DrawnMenu | None:
    """Read the menu; None while no single row is selected, as when it has been left."""
    if (frame := _frame(screen)) is None:
        return None
    (top, middle, foot), start, end = frame
    rows = screen.painted[middle + 1 : foot]
    inside = [row.text.ljust(end)[start:end] for row in rows]
    if top + 2 != middle or not all(text[0] in _EDGES and text[-1] in _EDGES for text in inside):
        return None
    selected = _selected([row.grounds[start + 1] for row in rows], rows[0].grounds[start])
    items = [_LEADS.sub("", text[1:-1].strip()) for text in inside]
    while items and not items[-1]:
        items.pop()
    if selected is None or selected >= len(items):
        return None
    bar = [text[-1] == _BAR for text in inside]
    below = (_COUNT_DOWN.search(row.text) for row in screen.painted[foot + 1 :])
    return DrawnMenu(
        title=screen.painted[top + 1].text.ljust(end)[start + 1 : end - 1].strip(),
        items=tuple(items),
        at=selected,
        counts_down_s=next((int(found["seconds"]) for found in below if found), None),
        more_above=any(bar) and not bar[0],
        more_below=any(bar) and not bar[-1],
        foot=foot,
        keys=KEYS,
    )


def _frame(screen: DrawnScreen) -> tuple[tuple[int, int, int], int, int] | None:
    """Give the rows of the frame's lines, and from which to which column it goes."""
    found = [
        (number, *rule.span())
        for number, row in enumerate(screen.painted)
        if (rule := _RULE.search(row.text))
    ]
    spans = {span for _, *span_ in found if (span := tuple(span_))}
    if len(found) != _RULES or len(spans) != 1:
        return None
    (top, start, end), (middle, _, _), (foot, _, _) = found
    return (top, middle, foot), start, end


def _selected(grounds: list[str], frames: str) -> int | None:
    """Give the one row on a colour of its own: another than the frame's, or than the others'."""
    (most, _), *_ = Counter(grounds).most_common(1)
    for usual in (frames, most):
        other = [number for number, ground in enumerate(grounds) if ground != usual]
        if len(other) == 1:
            return other[0]
    return None


def read_prompt(screen: DrawnScreen) -> str | None:
    """Tell its prompt."""
    return PROMPT if screen.before_cursor.rstrip() == "boot:" else None
