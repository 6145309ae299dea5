"""GRUB's menu is read off the screen by its frame and its star."""

import pytest

from harness.guest.console.screen import Screen
from harness.guest.console.terminal import Decoder
from harness.loaders.base import DrawnMenu
from harness.loaders.grub import Grub
from harness.loaders.grub.menu import read_menu

TEXTS = ("Showmax Boot", "GRML", "EFI shell")


def screen(*items: str, below: str = "") -> Screen:
    """A screen with a frame of these items, as GRUB 2.12 draws it."""
    rows = [
        "GNU GRUB  version 2.12",
        "┌──┐",
        *(f" │{item:<20} │" for item in items),
        "└──┘",
        f"   {below}",
    ]
    drawn = Screen()
    drawn.feed(Decoder().feed("\r\n".join(rows).encode()))
    return drawn


@pytest.mark.parametrize("selected", TEXTS)
def test_the_item_with_the_star_is_selected(selected: str) -> None:
    items = [("*" if text == selected else " ") + text for text in TEXTS]
    assert read_menu(screen(*items)) == DrawnMenu(title=None, items=TEXTS, at=TEXTS.index(selected))


@pytest.mark.parametrize(
    "items",
    [(" Showmax Boot", " GRML", " EFI shell"), ("*Showmax Boot", "*GRML", " EFI shell")],
    ids=["none is selected", "half redrawn"],
)
def test_without_one_selected_item_there_is_no_menu(items: tuple[str, ...]) -> None:
    assert read_menu(screen(*items)) is None


def test_a_star_outside_the_frame_selects_nothing() -> None:
    assert read_menu(screen(" Showmax Boot", below="*GRML")) is None


@pytest.mark.parametrize(
    ("arrows", "more"),
    [
        (("", "", "v"), (False, True)),
        (("^", "", ""), (True, False)),
        (("↑", "", "↓"), (True, True)),
    ],
)
def test_arrows_beside_the_frame_tell_of_items_beyond_it(
    arrows: tuple[str, str, str], more: tuple[bool, bool]
) -> None:
    rows = [f"│{text:<20} │{arrow}" for text, arrow in zip((*TEXTS,), arrows, strict=True)]
    drawn = Screen()
    drawn.feed(Decoder().feed("\r\n".join(rows).replace("│GRML", "│*GRML").encode()))
    menu = read_menu(drawn)
    assert menu is not None
    assert (menu.items, menu.selected) == (TEXTS, "GRML")
    assert (menu.more_above, menu.more_below) == more


@pytest.mark.parametrize(
    ("name", "head", "is_one"),
    [
        ("grub/grub.cfg", b"", True),
        ("grub/system/52:54:00:14:00:07.cfg", b"set timeout=0\nmenuentry 'a' {\n", True),
        ("nodes/a", b'submenu "Installations" {', True),
        ("debian/linux", b"MZ\0\0set timeout=0", False),
        ("debian/preseed.cfg", b"d-i netcfg/choose_interface select auto\n", False),
    ],
)
def test_what_tells_grub_what_to_do(name: str, head: bytes, *, is_one: bool) -> None:
    assert Grub().is_script(name, head) is is_one
