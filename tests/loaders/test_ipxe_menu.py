"""iPXE's menu, as real guests drew it, is read off the screen by its place and its bold row."""

import pytest

from harness.guest.console.screen import Screen
from harness.guest.console.terminal import Decoder
from harness.loaders.base import DrawnMenu
from harness.loaders.ipxe.menu import read_menu
from tests.guest.fake_guest import DATA

PLATFORMS = {"bios-ipxe-rom": "legacy PXE", "bios-vendor-rom": "legacy PXE", "x64-tftp": "UEFI"}
ENTRIES = {"Showmax Boot", "Systemrescuecd", "GRML", "Gparted", "iPXE config tool"}
MOVES = ["Showmax Boot", "Systemrescuecd", "GRML", "Gparted", "GRML", "Systemrescuecd"]

each_menu = pytest.mark.parametrize("name", PLATFORMS)


def states(name: str) -> list[DrawnMenu]:
    """Give the menu of a recording each time that it changed."""
    decoder, screen = Decoder(), Screen()
    seen: list[DrawnMenu] = []
    raw = (DATA / f"{name}.raw").read_bytes()
    for start in range(0, len(raw), 8):
        screen.feed(decoder.feed(raw[start : start + 8]))
        if (drawn := read_menu(screen)) and drawn.selected:
            seen += [drawn] if drawn not in seen[-1:] else []
    return seen


@each_menu
def test_the_selected_item_follows_the_arrow_keys(name: str) -> None:
    selected = [menu.selected for menu in states(name)]
    after = [*selected[1:], ""]
    assert [now for now, then in zip(selected, after, strict=True) if now != then] == MOVES


@each_menu
def test_the_count_down_is_no_part_of_an_item(name: str) -> None:
    assert {menu.selected for menu in states(name)} == set(MOVES)


@each_menu
def test_title_and_items_are_the_menus(name: str) -> None:
    menu = states(name)[-1]
    assert menu.title == f"Boot menu of a test bench, {PLATFORMS[name]}, 64 bit"
    assert set(menu.items) - {"EFI shell", ""} == ENTRIES | {"---- Live systems ----"}


@each_menu
def test_nothing_is_selected_when_the_menu_has_gone(name: str) -> None:
    raw = (DATA / f"{name}.raw").read_bytes()
    screen = Screen()
    screen.feed(Decoder().feed(raw))
    assert (screen.selected_row, read_menu(screen)) == (None, None)
    assert screen.lines[0].startswith("CHOSEN sysrescd")


def test_an_hours_count_down_ends_its_row_and_other_rows_may_end_in_numbers() -> None:
    menu = states("bios-long-count-down")[-1]
    assert menu.selected == "A row that is as long as a row may be so that the count-down has no"
    assert menu.items[5:7] == ("", "Fail (and) (12)")
    assert menu.counts_down_s == 3515


def test_a_long_row_may_end_in_a_number_of_its_own() -> None:
    row = "A row that ends in a number near the edge where a count-down is: version 12"
    screen = Screen()
    screen.feed(Decoder().feed(f"\x1b[2J\x1b[5;2H\x1b[1m  {row}  \x1b[0m".encode()))
    drawn = read_menu(screen)
    assert drawn is not None
    assert (drawn.selected, drawn.counts_down_s) == (row, None)
