"""Choosing rows and keys while a boot is followed, in a menu that is worked."""

import threading
from pathlib import Path

import pytest

from harness.errors import BootError
from harness.guest.menus.any_menu import RowError
from harness.witness.shown import Ended, KeysPressed, MenuShown
from tests.guest.fake_guest import FakeGuest, FakeMenu
from tests.lab.followed import console_at, following, menus, recorded


def test_whoever_goes_off_before_a_row_is_chosen_has_not_chosen_it(tmp_path: Path) -> None:
    with console_at(tmp_path) as console, FakeGuest(tmp_path / "s") as guest:
        console.attach()
        guest.say(recorded("bios-pxelinux"))
        guest.end()
        follower = following(console, choices=["Rescue"])
        follower._learns = False
        shown = follower.run()
    assert not any(isinstance(each, KeysPressed) for each in shown)
    assert follower._choices == ["Rescue"]


def test_a_row_is_chosen_by_keys_and_the_menu_told_as_it_came_up(tmp_path: Path) -> None:
    rows = ["Live", "-- other --", "Rescue", "Shell"]
    with console_at(tmp_path) as console, FakeMenu(tmp_path / "s", rows) as guest:
        console.attach()
        guest.draw()
        follower = following(console, choices=["Rescue"])
        ending = threading.Thread(target=_end_when_left, args=(guest,))
        ending.start()
        menu, keys, ended = follower.run()
        ending.join()
    assert isinstance(menu, MenuShown)
    assert (menu.rows, menu.selected, menu.counts_down_s) == (tuple(rows), 0, 5)
    assert isinstance(keys, KeysPressed)
    assert keys.chose == "Rescue"
    assert guest.heard.lstrip(b" ") == b"\x1b[B\r", "a key that moves nothing came before"
    assert guest.heard.startswith(b" ")
    assert isinstance(ended, Ended)


def test_a_menu_that_lacks_the_row_is_told_with_what_it_has(tmp_path: Path) -> None:
    rows = ["Live", "Shell"]
    with console_at(tmp_path) as console, FakeMenu(tmp_path / "s", rows) as guest:
        console.attach()
        guest.draw()
        follower = following(console, choices=["Rescue"])
        with pytest.raises(RowError, match="has no row 'Rescue'"):
            follower.run()
        (menu,) = menus(follower.shown)
    assert menu.rows == tuple(rows)


def _end_when_left(guest: FakeMenu) -> None:
    guest.wait_until_heard(b"\r")
    guest.end()


def test_a_line_between_items_is_an_error_and_not_a_bar_that_goes_round_it(tmp_path: Path) -> None:
    rows = ["Live", "-- other --", "Rescue"]
    with console_at(tmp_path) as console, FakeMenu(tmp_path / "s", rows) as guest:
        console.attach()
        guest.draw()
        with pytest.raises(BootError, match="lets nobody select the row '-- other --'"):
            following(console, choices=["-- other --"]).run()


@pytest.mark.parametrize("row", ["-- first --", "-- between --", "-- last --"])
def test_a_line_between_items_cannot_be_chosen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, row: str
) -> None:
    monkeypatch.setattr("harness.guest.menus.any_menu._KEY_S", 1.0)
    rows = ["-- first --", "Live", "-- between --", "Rescue", "-- last --"]
    with console_at(tmp_path) as console, FakeMenu(tmp_path / "s", rows) as guest:
        guest.at = 1
        console.attach()
        guest.draw()
        with pytest.raises(BootError, match=f"lets nobody select the row '{row}'"):
            following(console, choices=[row]).run()


def test_a_row_that_is_not_there_is_an_error_that_names_those_that_are(tmp_path: Path) -> None:
    with console_at(tmp_path) as console, FakeMenu(tmp_path / "s", ["Live", "Rescue"]) as guest:
        console.attach()
        guest.draw()
        with pytest.raises(BootError, match="has no row 'Live system'") as error:
            following(console, choices=["Live system"]).run()
    assert "it has: Live, Rescue" in str(error.value)


@pytest.mark.parametrize(("at", "row"), [(1, "Rescue"), (3, "Live")])
def test_a_menu_is_gone_through_to_both_ends_before_its_row_is_chosen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: int, row: str
) -> None:
    monkeypatch.setattr("harness.guest.menus.any_menu._AT_THE_END_S", 0.5)
    rows = ["-- first --", "Live", "-- between --", "Shell", "Rescue", "-- last --"]
    with console_at(tmp_path) as console, FakeMenu(tmp_path / "s", rows) as guest:
        guest.at = at
        console.attach()
        guest.draw()
        follower = following(console, choices=[row], goes_through=True)
        ending = threading.Thread(target=_end_when_left, args=(guest,))
        ending.start()
        menu, keys, _ = follower.run()
        ending.join()
    assert isinstance(menu, MenuShown)
    assert (menu.rows, menu.selected) == (tuple(rows), at)
    assert menu.selectable == ("Live", "Shell", "Rescue")
    assert isinstance(keys, KeysPressed)
    assert keys.chose == row


def test_a_line_that_was_taken_for_an_item_shows_the_items(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("harness.guest.menus.any_menu._AT_THE_END_S", 0.5)
    rows = ["Live", "Rescue", "-- last --"]
    with console_at(tmp_path) as console, FakeMenu(tmp_path / "s", rows) as guest:
        console.attach()
        guest.draw()
        with pytest.raises(RowError) as error:
            following(console, choices=["-- last --"], goes_through=True).run()
        assert guest.heard.count(b"\x1b[B") == 2, "nobody looks again for what is known"
    assert error.value.selectable == ("Live", "Rescue")


def test_a_key_is_pressed_at_the_prompt_of_this_text(tmp_path: Path) -> None:
    choice = 'presses Ctrl-B at "Press Ctrl-B to stay ..."'
    with console_at(tmp_path) as console, FakeGuest(tmp_path / "s") as guest:
        console.attach()
        own = "Features: DNS\r\nPress Ctrl-B to stay ...\r\n"
        guest.say(own, "script... ok\r\nPress Ctrl-B  to stay ...")
        follower = following(console, choices=[choice])
        ending = threading.Thread(target=_end_when_pressed, args=(guest,))
        ending.start()
        keys, _ = follower.run()
        ending.join()
    assert isinstance(keys, KeysPressed)
    assert keys.chose == choice
    assert guest.heard == b"\x02"


def _end_when_pressed(guest: FakeGuest) -> None:
    guest.wait_until_heard(b"\x02")
    guest.end()


def test_what_could_not_be_chosen_is_no_boot_to_learn(tmp_path: Path) -> None:
    with console_at(tmp_path) as console, FakeGuest(tmp_path / "s") as guest:
        console.attach()
        guest.say("booting\r\n")
        guest.end()
        with pytest.raises(BootError, match="without a menu or prompt for: Rescue"):
            following(console, choices=["Rescue"]).run()


class FakePrompt(FakeGuest):
    """Shows PXELINUX's prompt, echoes what is typed, and goes on at Enter."""

    def answer(self, keys: bytes) -> None:
        """Echo."""
        self.say(keys.replace(b"\r", b"\r\nLoading linux... ok\r\n"))


def test_a_label_is_typed_at_the_prompt(tmp_path: Path) -> None:
    with console_at(tmp_path) as console, FakePrompt(tmp_path / "s") as guest:
        console.attach()
        guest.say("PXELINUX 6.04\r\n  rescue   what it says\r\nboot: ")
        follower = following(console, choices=['types "rescue-system"'])
        ending = threading.Thread(target=_end_when_typed, args=(guest,))
        ending.start()
        keys, _ = follower.run()
        ending.join()
    assert isinstance(keys, KeysPressed)
    assert keys.chose == 'types "rescue-system"'
    assert guest.heard == b"rescue-system\r"


def _end_when_typed(guest: FakeGuest) -> None:
    guest.wait_until_heard(b"\r")
    guest.end()


def test_a_label_that_nobody_asks_for_is_no_boot_to_learn(tmp_path: Path) -> None:
    with console_at(tmp_path) as console, FakeGuest(tmp_path / "s") as guest:
        console.attach()
        guest.say(recorded("bios-pxelinux"))
        guest.end()
        with pytest.raises(BootError, match="without a menu or prompt for: types"):
            following(console, choices=['types "rescue"']).run()
