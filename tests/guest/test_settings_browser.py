"""Reading iPXE's settings browser, and leaving it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from harness.guest.console.console import Console
from harness.guest.console.failure import BootTimeoutError
from harness.guest.menus.settings_browser import SettingsBrowser
from tests.guest.fake_guest import FakeGuest

TITLE = "\x1b[2J\x1b[02;27HiPXE configuration settings"
SETTINGS = (
    "\x1b[05;03Hnet0/\x1b[06;03Hmac............ 52:54:00:12:34:50"
    "\x1b[07;03Hmtu............ <not specified>"
)
WAY_OUT = "\x1b[24;23HCtrl-X - exit configuration utility"


class FakeBrowser(FakeGuest):
    """Goes at Ctrl-X."""

    def answer(self, keys: bytes) -> None:
        """Clear the screen."""
        if keys == b"\x18":
            self.say("\x1b[2J")


@contextmanager
def browser(directory: Path, *drawn: str) -> Iterator[tuple[SettingsBrowser, FakeBrowser]]:
    """Give a browser with these parts on its screen."""
    with (
        Console(directory / "s", directory / "console.raw") as console,
        FakeBrowser(directory / "s") as guest,
    ):
        console.attach()
        guest.say(*drawn)
        yield SettingsBrowser(console), guest


def test_settings_are_read_and_ctrl_x_leaves(tmp_path: Path) -> None:
    with browser(tmp_path, TITLE, SETTINGS, WAY_OUT) as (opened, guest):
        opened.wait_until_drawn(timeout_s=5)
        assert opened.settings == {"mac": "52:54:00:12:34:50", "mtu": "<not specified>"}
        opened.leave()
        assert guest.heard == b"\x18"
        assert opened.settings == {}


@pytest.mark.parametrize("drawn", [(TITLE, SETTINGS), (TITLE, WAY_OUT), (SETTINGS, WAY_OUT)])
def test_half_a_browser_is_none(tmp_path: Path, drawn: tuple[str, ...]) -> None:
    with (
        browser(tmp_path, *drawn) as (opened, _),
        pytest.raises(BootTimeoutError, match="iPXE's settings browser did not come"),
    ):
        opened.wait_until_drawn(timeout_s=0.4)
