"""GRUB's menu is read off the screen by its frame and its star."""

from collections.abc import Sequence
from typing import cast

import pytest

from harness.guest.console.console import Console
from harness.guest.console.screen import Screen
from harness.guest.console.terminal import Decoder
from harness.guest.menus.grub import GrubMenu

TEXTS = ("Showmax Boot", "GRML", "EFI shell")


def screen(*items: str) -> Screen:
    """A screen with a frame of these items, as GRUB 2.12 draws it."""
    rows = ["GNU GRUB  version 2.12", "┌──┐", *(f" │{item:<20} │" for item in items), "└──┘"]
    drawn = Screen()
    drawn.feed(Decoder().feed("\r\n".join(rows).encode()))
    return drawn


def selection(drawn: Screen, texts: Sequence[str] = TEXTS) -> str | None:
    """Which item a menu of these texts finds selected."""
    return menu(texts)._selection(drawn)


def menu(texts: Sequence[str] = TEXTS) -> GrubMenu:
    """A menu of these texts, on no console."""
    return GrubMenu(cast("Console", None), texts, title="not GRUB's to know")


@pytest.mark.parametrize("selected", TEXTS)
def test_the_item_with_the_star_is_selected(selected: str) -> None:
    items = [("*" if text == selected else " ") + text for text in TEXTS]
    assert selection(screen(*items)) == selected


@pytest.mark.parametrize(
    "items",
    [
        ("*Showmax Boot", " GRML"),
        (" Showmax Boot", " GRML", " EFI shell"),
        ("*Showmax Boot", "*GRML", " EFI shell"),
        ("*Showmax", " GRML", " EFI shell", " Showmax Boot"),
    ],
    ids=["an item is missing", "none is selected", "half redrawn", "another one is selected"],
)
def test_what_is_not_the_whole_menu_is_none(items: tuple[str, ...]) -> None:
    assert selection(screen(*items)) is None


def test_what_stands_in_the_frame_is_shown_and_nothing_beside_it() -> None:
    """An item that the site does not have must not go unseen."""
    drawn = screen("*Showmax Boot", " GRML", " EFI shell", " iPXE config tool")
    assert menu()._shown(drawn) == [*TEXTS, "iPXE config tool"]
