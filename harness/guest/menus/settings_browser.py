"""iPXE's settings browser (its command `config`) on a guest's console."""

import re

from harness.guest.console.console import Console
from harness.guest.console.failure import Tolerated
from harness.guest.console.keyboard import Key
from harness.guest.console.screen import Screen
from harness.guest.menus.any_menu import stop_next_count_down

_TITLE = "iPXE configuration settings"
_WAY_OUT = "Ctrl-X - exit configuration utility"
_SETTING = re.compile(r"^\s*(?P<name>[\w-]+)\.{2,} (?P<value>\S.*)$")
_KEY_S = 5.0


class SettingsBrowser:
    """The browser that stands on this console's screen, or is about to."""

    def __init__(self, console: Console) -> None:
        """Keep the console."""
        self._console = console

    def wait_until_drawn(self, *, timeout_s: float, tolerate: tuple[Tolerated, ...] = ()) -> None:
        """Wait until title, settings and the way out stand on the screen."""
        self._console.wait_for_screen(
            "iPXE's settings browser",
            lambda screen: (_is_open(screen) and bool(_settings(screen))) or None,
            timeout_s=timeout_s,
            tolerate=tolerate,
        )

    @property
    def settings(self) -> dict[str, str]:
        """Give the settings that the screen shows, by their names."""
        return _settings(self._console.catch_up())

    def leave(self) -> None:
        """Press Ctrl-X, and wait until the browser is gone; the menu that comes back waits."""
        stop_next_count_down(self._console)
        self._console.send(Key.CTRL_X)
        self._console.wait_for_screen(
            "the settings browser's end after Ctrl-X",
            lambda screen: None if _is_open(screen) else True,
            timeout_s=_KEY_S,
        )


def _is_open(screen: Screen) -> bool:
    return any(_TITLE in line for line in screen.lines) and any(
        _WAY_OUT in line for line in screen.lines
    )


def _settings(screen: Screen) -> dict[str, str]:
    found = (_SETTING.match(line) for line in screen.lines)
    return {each["name"]: each["value"].rstrip() for each in found if each is not None}
