"""GRUB's menu and prompts: a frame of items, the selected one marked with a star."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from harness.loaders.base import DrawnMenu, DrawnScreen

_EDGES = "│|\ufffd"
"""The frame's sides: GRUB draws them in a code page that is none of a terminal's."""
_ROW = re.compile(rf"[{_EDGES}](?P<text>.*)[{_EDGES}] ?(?P<arrow>[v^↑↓]?)")
_UP, _DOWN = ("^", "↑"), ("v", "↓")
"""Beside the frame's first and last row, where there are more items above and below."""
_FRAME = f" {_EDGES}"
_MARK = "*"
_COUNT_DOWN = re.compile(r"will be executed automatically in (?P<seconds>\d+)s")
COUNTS_DOWN = re.compile(rb"will be executed automatically in \d+s")
_WELCOME = "Welcome to GRUB!"
_PROMPTS = {"grub>": "GRUB prompt", "grub rescue>": "GRUB rescue prompt"}


def read_menu(screen: DrawnScreen) -> DrawnMenu | None:
    """Read the menu; None while no single item is selected."""
    texts = [row.text.strip() for row in screen.painted]
    rows = [found for found in map(_ROW.fullmatch, texts) if found and found["text"].strip(_FRAME)]
    inside = [found["text"].strip(_FRAME) for found in rows]
    selected = [number for number, text in enumerate(inside) if text.startswith(_MARK)]
    if len(selected) != 1:
        return None
    below = (count_down["seconds"] for text in texts if (count_down := _COUNT_DOWN.search(text)))
    return DrawnMenu(
        title=None,
        items=tuple(text.removeprefix(_MARK).strip() for text in inside),
        at=selected[0],
        counts_down_s=next(map(int, below), None),
        more_above=rows[0]["arrow"] in _UP,
        more_below=rows[-1]["arrow"] in _DOWN,
    )


def hidden_count_downs(lines: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Give where it counted down without its menu (`timeout_style=countdown`), and from what.

    Nothing but the seconds stands on these lines of its console.
    """
    runs, is_grub = False, False
    for number, (line, after) in enumerate(pairwise(lines)):
        is_grub = is_grub or line == _WELCOME
        counts = line.isdecimal() and after.isdecimal() and int(after) == int(line) - 1
        if is_grub and counts and not runs:
            yield number, int(line)
        runs = counts


def read_prompt(screen: DrawnScreen) -> str | None:
    """Tell GRUB's prompts."""
    return _PROMPTS.get(screen.before_cursor.strip())
