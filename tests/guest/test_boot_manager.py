"""Working a UEFI boot manager by keys."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from harness.errors import BootError
from harness.guest.console.console import Console
from harness.guest.console.failure import BootTimeoutError
from harness.guest.menus.boot_manager import BootManager
from tests.guest.fake_guest import FakeGuest

FRONT_PAGE = ("<Standard English>", "Device Manager", "Boot Manager", "Continue")
OPTIONS = ("UEFI PXEv4 (MAC:525400123450)", "UEFI HTTPv6 (MAC:525400123450)", "EFI Internal Shell")
POPUP_EDGES = ("┌┐", "││", "├┤", "││", "││", "││", "├┤", "││", "└┘")
PAGE, MARKED, FRAME = "\x1b[0;37;47m", "\x1b[1;37;40m", "\x1b[1;37;44m"


class FakeFirmware(FakeGuest):
    """Draws forms as edk2 does: a highlight of the text's own width, all else on one colour."""

    def __init__(self, pipe_path: Path) -> None:
        """Open the pipes; `start` takes the serial line."""
        self.items: tuple[str, ...] = ()
        self.at = 0
        self.chosen: list[str] = []
        self.obeys = True
        self.deaf_to = 0
        self.has_popup = False
        super().__init__(pipe_path)

    def start(self) -> None:
        """Clear the screen twice, which is the first that an operator sees."""
        self.say("\x1b[2J\x1b[01;01H", "\x1b[=3h\x1b[2J\x1b[01;01H")

    def page(self, title: str, items: tuple[str, ...]) -> None:
        """Draw a page, its title in a frame if it has one."""
        self.items, self.at = items, 0
        self.say(PAGE, "\x1b[2J")
        for row in range(1, 26):
            self.say(f"\x1b[{row:02};01H{' ' * 80}")
        if title:
            self.say(f"\x1b[02;01H{FRAME}|{title.center(78)}|")
        for number in range(len(items)):
            self._item(number)
        way_out = "Esc=Exit" if title else ""
        self.say(f"\x1b[24;01H^v=Move Highlight  <Enter>=Select Entry  {way_out}")

    def popup(self) -> None:
        """Draw the options in a frame, on a larger terminal, as newer edk2 does."""
        self.items, self.at = OPTIONS, 0
        self.say("\x1b[8;056;240t\x1b[2J", FRAME)
        for row, edges in enumerate(POPUP_EDGES, start=2):
            fill = "─" if edges != "││" else " "
            self.say(f"\x1b[{row:03};102H{edges[0]}{fill * 36}{edges[1]}")
        self.say("\x1b[003;108HPlease select boot device:\x1b[009;115HESC to exit")
        for number in range(len(OPTIONS)):
            self._item(number)

    def _item(self, number: int) -> None:
        """Draw one item."""
        column, colour = (103, FRAME) if self.has_popup else (5, PAGE)
        mark = MARKED if number == self.at else colour
        self.say(f"\x1b[{number + 5:02};{column:03}H", mark, self.items[number], colour)

    def answer(self, keys: bytes) -> None:
        """Open the front page, move, or go on."""
        if keys == b"\x1b" and self.deaf_to:
            self.deaf_to -= 1
        elif keys == b"\x1b":
            self.popup() if self.has_popup else self.page("", FRONT_PAGE)
        elif keys == b"\x1b[B" and self.obeys:
            before, self.at = self.at, (self.at + 1) % len(self.items)
            self._item(before)
            self._item(self.at)
        elif keys == b"\r":
            self.chosen.append(self.items[self.at])
            if self.items is FRONT_PAGE:
                self.page("Boot Manager", OPTIONS)
            else:
                self.say("\x1b[0;37;40m\x1b[2J\x1b[01;01H>>Start HTTP Boot over IPv6.")


@contextmanager
def firmware(directory: Path) -> Iterator[tuple[BootManager, FakeFirmware]]:
    """Give firmware that takes the serial line, and its boot manager."""
    with (
        Console(directory / "s", directory / "console.raw") as console,
        FakeFirmware(directory / "s") as guest,
    ):
        console.attach()
        guest.start()
        yield BootManager(console), guest


def test_the_operators_way_leads_over_the_front_page(tmp_path: Path) -> None:
    with firmware(tmp_path) as (manager, guest):
        manager.open(timeout_s=5)
        manager.choose(OPTIONS[1])
        assert guest.chosen == ["Boot Manager", OPTIONS[1]]
        assert guest.heard == b"\x1b\x1b[B\x1b[B\r\x1b[B\r"


def test_a_front_page_that_nobody_asked_for_is_seen(tmp_path: Path) -> None:
    with firmware(tmp_path) as (manager, guest):
        with pytest.raises(BootTimeoutError, match="front page"):
            manager.wait_for_front_page(timeout_s=0.2)
        guest.page("", FRONT_PAGE)
        manager.wait_for_front_page(timeout_s=5)
        assert guest.heard == b""


def test_options_that_come_at_once_are_chosen_from_at_once(tmp_path: Path) -> None:
    with firmware(tmp_path) as (manager, guest):
        guest.has_popup = True
        manager.open(timeout_s=5)
        manager.choose(OPTIONS[1])
        assert guest.chosen == [OPTIONS[1]]
        assert guest.heard == b"\x1b\x1b[B\r"


def test_no_key_is_pressed_before_the_firmware_listens(tmp_path: Path) -> None:
    with (
        Console(tmp_path / "s", tmp_path / "console.raw") as console,
        FakeFirmware(tmp_path / "s") as guest,
    ):
        console.attach()
        with pytest.raises(BootTimeoutError, match="the firmware to set up the serial line"):
            BootManager(console).open(timeout_s=0.4)
        assert guest.heard == b""


def test_a_menu_key_that_came_too_early_is_pressed_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("harness.guest.menus.boot_manager._KEY_S", 0.4)
    with firmware(tmp_path) as (manager, guest):
        guest.deaf_to = 2
        manager.open(timeout_s=5)
        assert guest.heard.startswith(b"\x1b\x1b\x1b\x1b[B")


def test_a_menu_key_that_nobody_hears_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("harness.guest.menus.boot_manager._KEY_S", 0.2)
    with firmware(tmp_path) as (manager, guest):
        guest.deaf_to = 9
        with pytest.raises(BootTimeoutError, match="the firmware's front page did not come"):
            manager.open(timeout_s=5)
        assert guest.heard == b"\x1b\x1b\x1b"


def test_an_option_that_is_not_there_is_named_with_those_that_are(tmp_path: Path) -> None:
    with firmware(tmp_path) as (manager, _):
        manager.open(timeout_s=5)
        with pytest.raises(BootError, match=r"no item 'UEFI PXEv6'\n.*PXEv4.*HTTPv6.*Shell"):
            manager.choose("UEFI PXEv6")


def test_a_key_that_moves_nothing_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("harness.guest.menus.boot_manager._KEY_S", 0.4)
    with firmware(tmp_path) as (manager, guest):
        guest.obeys = False
        with pytest.raises(BootTimeoutError, match="another item than '<Standard English>'"):
            manager.open(timeout_s=5)
