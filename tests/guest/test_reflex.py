"""Keys that are due before anybody has looked at a screen."""

import re

import pytest

from harness.guest.console.reflex import Reflexes
from harness.guest.menus.any_menu import STOP_KEYS
from tests.guest.fake_guest import DATA

KEYS = {re.compile(rb"\(\d\)"): "stop"}
MENU, OTHER = b"\x1b[2J\x1b[1;1HBoot\x1b[2;1H Live (5)", b"\x1b[2JTools Disk (5)"


def pressed(reflexes: Reflexes, *pieces: bytes) -> list[str | None]:
    return [reflexes.due(each) for each in pieces]


def test_a_key_is_pressed_once_however_often_its_sign_comes() -> None:
    reflexes = Reflexes()
    reflexes.arm(KEYS)
    assert pressed(reflexes, MENU, b"(4)", MENU) == ["stop", None, None]


def test_a_sign_may_come_in_two_pieces() -> None:
    reflexes = Reflexes()
    reflexes.arm(KEYS)
    assert pressed(reflexes, MENU[:-1], MENU[-1:]) == [None, "stop"]


def test_what_was_sent_before_a_key_is_waited_for_is_no_sign() -> None:
    reflexes = Reflexes()
    assert pressed(reflexes, MENU, b" " * 600) == [None, None]
    reflexes.arm(KEYS)
    assert pressed(reflexes, b"Live...") == [None]


def test_again_means_in_a_menu_that_was_there_before() -> None:
    reflexes = Reflexes()
    reflexes.arm(KEYS, again=True)
    assert pressed(reflexes, MENU, b"\x1b[2;7H(4)", OTHER, b"(4)") == [None] * 4
    assert pressed(reflexes, MENU[:9], MENU[9:], b"(4)") == [None, "stop", None]


def test_a_menu_from_which_was_chosen_is_known_when_it_comes_back() -> None:
    reflexes = Reflexes()
    reflexes.arm(KEYS)
    assert pressed(reflexes, MENU) == ["stop"]
    reflexes.arm(KEYS, again=True)
    assert pressed(reflexes, b"\x1b[2;1H Tools", OTHER + MENU) == [None, "stop"]


@pytest.mark.parametrize("name", ["bios-untouched", "x64-untouched", "bios-vesamenu"])
def test_a_real_menu_that_comes_back_has_its_count_down_ended(name: str) -> None:
    sent = (DATA / f"{name}.raw").read_bytes()
    reflexes = Reflexes()
    reflexes.arm(STOP_KEYS, again=True)
    assert reflexes.due(sent) is None
    assert reflexes.due(sent) in STOP_KEYS.values()
