"""PXELINUX is told by its program, its files and its menu, on a BIOS and on UEFI."""

from itertools import pairwise
from pathlib import Path

import pytest

from harness.guest.console.screen import Screen
from harness.guest.console.terminal import Decoder
from harness.loaders import LOADERS
from harness.loaders.base import DrawnMenu
from harness.loaders.pxelinux import Pxelinux
from harness.loaders.pxelinux.menu import COUNTS_DOWN, read_menu
from harness.loaders.registry import of_program

DATA = Path(__file__).parents[1] / "guest" / "data"
FRAME = 20


def looks(name: str) -> list[DrawnMenu | None]:
    """Give what was read whenever a little more had come, without what was read before."""
    sent, decoder, screen = (DATA / f"{name}.raw").read_bytes(), Decoder(), Screen()
    ends = [*range(0, len(sent), 20), len(sent)]
    found = []
    for start, end in pairwise(ends):
        screen.feed(decoder.feed(sent[start:end]))
        found.append(read_menu(screen))
    return [each for before, each in pairwise([None, *found]) if each != before]


@pytest.mark.parametrize(
    ("name", "first", "bars"),
    [
        ("bios-pxelinux", 10, ["Boot from local disk"]),
        # A blank, which has no row of its own, leads to the last without a hot key.
        ("x64-syslinux", 10, ["Boot from local disk", "Tools", "Rescue"]),
    ],
)
def test_each_look_is_the_menu_as_it_stands(name: str, first: int, bars: list[str]) -> None:
    seen = [each for each in looks(name) if each is not None]
    assert {(each.title, each.items[5:]) for each in seen if len(each.items) == 6} == {
        ("Netboot of the lab", ("Tools",))
    }
    assert list(dict.fromkeys(each.selected for each in seen)) == bars
    assert max(each.counts_down_s or 0 for each in seen) == first
    assert looks(name)[-1] is None


def drawn(*rows: str, at: int | None, edge: str = "│", below: str = "", ground: int = 47) -> Screen:
    """Give a screen with a menu whose row is on another colour."""
    lines = ["┌" + "─" * FRAME + "┐", edge + "Title".center(FRAME) + "│", "├" + "─" * FRAME + "┤"]
    for number, row in enumerate(rows):
        colour = ground if number == at else 44
        lines.append(f"│\x1b[{colour}m{row:<{FRAME}}\x1b[44m{edge}")
    screen = Screen()
    foot = "└" + "─" * FRAME + "┘\x1b[0m"
    text = "\x1b[44m" + "\r\n".join([*lines, foot, below])
    screen.feed(Decoder().feed(text.encode()))
    return screen


@pytest.mark.parametrize("at", [0, 2])
def test_the_row_on_another_colour_is_selected(at: int) -> None:
    menu = read_menu(drawn(" One", "", " Three >", "", "", at=at))
    assert menu is not None
    assert (menu.title, menu.items, menu.at) == ("Title", ("One", "", "Three"), at)
    assert menu.counts_down_s is None


@pytest.mark.parametrize(
    "screen",
    [drawn(" One", " Two", at=None), drawn(" One", " Two", at=None, ground=44), Screen()],
    ids=["left", "one colour", "nothing"],
)
def test_without_a_selected_row_there_is_no_menu(screen: Screen) -> None:
    assert read_menu(screen) is None


def test_the_count_down_stands_below() -> None:
    menu = read_menu(drawn(" One", at=0, below="Automatic boot in 12 seconds..."))
    assert menu is not None
    assert menu.counts_down_s == 12


def test_a_count_down_that_is_drawn_letter_by_letter_begins_too() -> None:
    text = b"Automatic boot in"
    placed = b"".join(b"\x1b[20;%dH%c" % (25 + n, letter) for n, letter in enumerate(text))
    assert COUNTS_DOWN.search(placed)
    assert COUNTS_DOWN.search(text)


def test_no_other_loader_takes_it_for_its_own() -> None:
    screen = drawn(" One", " Two", at=1)
    assert [type(each) for each in LOADERS if each.read_menu(screen)] == [Pxelinux]


@pytest.mark.parametrize("program", [b"..PXELINUX 6.04 ..", b"MZ..pxelinux.cfg/\0"])
def test_a_program_says_that_it_is_it(program: bytes) -> None:
    assert of_program(program) == Pxelinux()


@pytest.mark.parametrize(
    ("file", "asks", "tells"),
    [
        ("pxelinux.cfg/default", True, True),
        ("efi64/pxelinux.cfg/01-52-54-00-00-00-01", True, True),
        ("ldlinux.e64", True, False),
        ("grub/grub.cfg", False, False),
        ("menu.ipxe", False, False),
    ],
)
def test_its_files_are_known(file: str, asks: bool, tells: bool) -> None:
    assert Pxelinux().asks_for(file) is asks
    assert Pxelinux().is_script(file, b"default x") is tells
