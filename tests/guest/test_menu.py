"""Working a menu by arrow keys, and a prompt by typing."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from harness.errors import BootError, UsageError
from harness.guest.console.console import Console
from harness.guest.console.failure import BootTimeoutError
from harness.guest.console.failure_table import FailureTable
from harness.guest.console.keyboard import type_line
from harness.guest.menus.console_menu import ConsoleMenu
from harness.guest.menus.vendor_rom import play_vendor_rom
from harness.loaders import LOADERS
from harness.loaders.ipxe.menu import read_menu
from tests.guest.fake_guest import FakeMenu, FakePrompt

ITEMS = ("Showmax Boot", "Systemrescuecd", "GRML")


@contextmanager
def drawn(directory: Path) -> Iterator[tuple[ConsoleMenu, FakeMenu, Console]]:
    """Give a menu that stands on a console's screen, and the guest that draws it."""
    with (
        Console(directory / "s", directory / "console.raw") as console,
        FakeMenu(directory / "s", [*ITEMS[:2], "-----", ITEMS[2]]) as guest,
    ):
        console.attach()
        menu = ConsoleMenu(console, ITEMS, read=read_menu, title="Menu")
        guest.draw()
        menu.wait_until_drawn(timeout_s=5)
        yield menu, guest, console


def test_a_drawn_menu_shows_its_default(tmp_path: Path) -> None:
    with drawn(tmp_path) as (menu, _, _):
        assert menu.selected == "Showmax Boot"


def test_selecting_moves_down_and_up_one_key_at_a_time(tmp_path: Path) -> None:
    with drawn(tmp_path) as (menu, guest, _):
        menu.select("GRML")
        assert menu.selected == "GRML"
        menu.select("Systemrescuecd")
        assert menu.selected == "Systemrescuecd"
        assert guest.heard == b"\x1b[B\x1b[B\x1b[A"


def test_selecting_what_is_selected_presses_nothing(tmp_path: Path) -> None:
    with drawn(tmp_path) as (menu, guest, _):
        menu.select("Showmax Boot")
        assert guest.heard == b""


def test_enter_ends_when_the_menu_is_gone(tmp_path: Path) -> None:
    with drawn(tmp_path) as (menu, guest, console):
        menu.enter()
        assert guest.heard == b"\r"
        console.wait_for("booting Showmax Boot", timeout_s=5)


def test_a_menu_that_ran_out_is_named(tmp_path: Path) -> None:
    with drawn(tmp_path) as (menu, guest, console):
        guest.leave()
        console.wait_for("booting", timeout_s=5)
        with pytest.raises(BootError, match="not on the screen any more"):
            menu.select("GRML")


def test_a_key_that_moves_nothing_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("harness.guest.menus.console_menu._KEY_S", 0.4)
    with drawn(tmp_path) as (menu, guest, _):
        guest.obeys = False
        with pytest.raises(
            BootTimeoutError, match=r"another item than 'Showmax Boot' after .*DOWN"
        ):
            menu.select("GRML")


def test_another_menu_is_not_taken_for_this_one(tmp_path: Path) -> None:
    with drawn(tmp_path) as (_, _, console):
        other = ConsoleMenu(console, ITEMS, read=read_menu, title="Another")
        with pytest.raises(BootTimeoutError, match="the menu 'Another' did not come"):
            other.wait_until_drawn(timeout_s=0.4)


def test_a_menu_without_one_of_its_items_is_not_drawn(tmp_path: Path) -> None:
    with drawn(tmp_path) as (_, _, console):
        longer = ConsoleMenu(console, [*ITEMS, "Gparted"], read=read_menu)
        with pytest.raises(BootTimeoutError):
            longer.wait_until_drawn(timeout_s=0.4)


def test_selecting_what_the_menu_lacks_is_a_usage_error(tmp_path: Path) -> None:
    with (
        drawn(tmp_path) as (menu, _, _),
        pytest.raises(UsageError, match="'Nothing' is not an item"),
    ):
        menu.select("Nothing")


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
        guest.say("iPXE initialising devices...ok\r\n")
        play_vendor_rom(console, timeout_s=5)
    assert guest.lines == [
        "set user-class PXE",
        "dhcp net0",
        "clear user-class",
        "isset ${filename} && chain --autofree tftp://${next-server}/${filename} && exit || exit",
    ]
