"""Working a menu by arrow keys, and a prompt by typing."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from harness.errors import BootError
from harness.guest.console.console import Console
from harness.guest.console.failure import BootTimeoutError
from harness.guest.console.failure_table import FailureTable
from harness.guest.console.keyboard import type_line
from harness.guest.menus.any_menu import AnyMenu, stop_next_count_down
from harness.guest.menus.vendor_rom import play_vendor_rom
from harness.loaders import LOADERS
from harness.loaders.base import DrawnMenu
from tests.guest.fake_guest import FakeMenu, FakePrompt

ITEMS = ("Showmax Boot", "Systemrescuecd", "GRML")


@contextmanager
def on_a_console(directory: Path) -> Iterator[tuple[FakeMenu, Console]]:
    """Give a console, and a guest that draws a menu on it."""
    with (
        Console(directory / "s", directory / "console.raw") as console,
        FakeMenu(directory / "s", [*ITEMS[:2], "-----", ITEMS[2]]) as guest,
    ):
        console.attach()
        yield guest, console


def wait(console: Console, *items: str, title: str = "Menu", timeout_s: float = 5.0) -> AnyMenu:
    """Wait for the menu that has this title and these items."""

    def is_it(drawn: DrawnMenu) -> bool:
        return drawn.title == title and set(items) <= set(drawn.items)

    return AnyMenu.wait(console, "the menu", is_it, timeout_s=timeout_s, tolerate=())


def test_a_row_is_chosen_one_key_at_a_time_and_its_end_is_waited_for(tmp_path: Path) -> None:
    with on_a_console(tmp_path) as (guest, console):
        guest.draw()
        wait(console, *ITEMS).choose("GRML")
        assert guest.heard == b" \x1b[B\x1b[B\r"
        console.wait_for("booting GRML", timeout_s=5)


def test_a_count_down_is_stopped_before_anybody_looks(tmp_path: Path) -> None:
    with on_a_console(tmp_path) as (guest, console):
        stop_next_count_down(console)
        guest.say("(1) is no count-down; (52540012)")
        guest.draw()
        guest.wait_until_heard(b" ")
        guest.countdown = 5
        guest.draw()
        wait(console, *ITEMS)
        assert guest.heard == b" ", "once"


@pytest.mark.parametrize("sent", [(b"   (5)  ",), (b"x   ", b"(5)"), (b"y" * 75 + b"(120)",)])
def test_a_count_down_is_known_by_what_is_sent(tmp_path: Path, sent: tuple[bytes, ...]) -> None:
    with on_a_console(tmp_path) as (guest, console):
        stop_next_count_down(console)
        guest.say(*sent)
        guest.wait_until_heard(b" ")


def test_a_menu_that_ran_out_is_named(tmp_path: Path) -> None:
    with on_a_console(tmp_path) as (guest, console):
        guest.draw()
        menu = wait(console, *ITEMS)
        guest.leave()
        console.wait_for("booting", timeout_s=5)
        with pytest.raises(BootError, match="the menu 'Menu' is not on the screen any more"):
            menu.choose("GRML")


def test_a_key_that_moves_nothing_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("harness.guest.menus.any_menu._KEY_S", 0.8)
    with on_a_console(tmp_path) as (guest, console):
        guest.draw()
        guest.obeys = False
        with pytest.raises(BootError, match="the menu 'Menu' lets nobody select the row 'GRML'"):
            wait(console, *ITEMS).choose("GRML")


def test_another_menu_is_not_taken_for_it(tmp_path: Path) -> None:
    with on_a_console(tmp_path) as (guest, console):
        guest.draw()
        with pytest.raises(BootTimeoutError, match="the menu did not come"):
            wait(console, *ITEMS, title="Another", timeout_s=0.4)
        with pytest.raises(BootTimeoutError, match="the menu did not come"):
            wait(console, *ITEMS, "Gparted", timeout_s=0.4)


def test_a_long_line_is_typed_no_faster_than_a_bios_takes_it(tmp_path: Path) -> None:
    line = "echo " + "abcdefghij" * 9
    with (
        Console(tmp_path / "s", tmp_path / "console.raw") as console,
        FakePrompt(tmp_path / "s") as guest,
    ):
        console.attach()
        type_line(console, line)
    assert guest.lines == [line]


def test_the_rom_plays_a_vendors_until_it_fetches_what_dhcp_names(tmp_path: Path) -> None:
    with (
        Console(
            tmp_path / "s", tmp_path / "console.raw", failures=FailureTable(LOADERS)
        ) as console,
        FakePrompt(tmp_path / "s") as guest,
    ):
        console.attach()
        guest.say("Press Ctrl-B for the iPXE command line...")
        play_vendor_rom(console, timeout_s=5)
    assert guest.lines == [
        "set user-class PXE",
        "ifconf --configurator dhcp net0",
        "clear user-class",
        "isset ${filename} && chain --autofree tftp://${next-server}/${filename} && exit || exit",
    ]
