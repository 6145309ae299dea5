"""UEFI firmware's boot manager, worked by keys as an operator does (edk2's, over a serial line).

Every key is verified on the screen before the next one. Which option was chosen
proves nothing about what boots.
"""

from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from harness.errors import BootError
from harness.guest.console.console import Console
from harness.guest.console.failure import BootTimeoutError, Tolerated
from harness.guest.console.keyboard import Key
from harness.guest.console.screen import Highlight, Screen

_T = TypeVar("_T")

_NORMAL: tuple[Tolerated, ...] = ("uefi-front-page",)
"""The set-up screen, which is a failure wherever nobody has asked for it."""

_PAGE = "Boot Manager"
"""The front page's item, and the title of the page that it leads to."""
_POPUP = "Please select boot device:"
"""What stands above the options in firmware whose menu key brings nothing else."""
_HELP, _WAY_OUT, _POPUPS_WAY_OUT = "<Enter>=Select Entry", "Esc=Exit", "ESC to exit"
"""What is drawn last: of every page, of pages behind the front page, and of the popup."""
_FRONT, _OPTIONS = "front page", "options"
_KEY_S = 10.0
_SET_UP = 2
"""How often the screen has been cleared when keys are heard."""
_PRESSES = 3
"""How often the menu key is pressed, at the most: one that comes early may be lost."""


class BootManager:
    """The boot manager of the firmware that starts on this console."""

    def __init__(self, console: Console) -> None:
        """Keep the console."""
        self._console = console

    def open(self, *, timeout_s: float) -> None:
        """Press the firmware's menu key while it waits for one, and go to its boot manager.

        `timeout_s` is for POST.
        """
        # A key that comes before the firmware has set up the serial line is lost.
        self._console.wait_for_screen(
            "the firmware to set up the serial line",
            lambda screen: screen.cleared >= _SET_UP or None,
            timeout_s=timeout_s,
        )
        if self._press_menu_key() == _FRONT:
            self._move_to(_PAGE)
            self._console.send(Key.ENTER)
            self._wait_for_page("the firmware's boot manager", _is_page)

    def _press_menu_key(self) -> str:
        """Press the key until it brings a page; give which: not all firmware has a front page."""
        for _ in range(_PRESSES - 1):
            self._console.send(Key.ESC)
            with suppress(BootTimeoutError):
                return self._wait_for_page("the firmware's front page", _first_page)
        self._console.send(Key.ESC)
        return self._wait_for_page("the firmware's front page", _first_page)

    def wait_for_front_page(self, *, timeout_s: float) -> None:
        """Wait for the page that the menu key would bring; `timeout_s` is for POST."""
        self._wait_for_page("the firmware's front page", _first_page, timeout_s=timeout_s)

    def _wait_for_page(
        self, what: str, page: Callable[[Screen], _T | None], *, timeout_s: float = _KEY_S
    ) -> _T:
        return self._console.wait_for_screen(
            what,
            lambda screen: page(screen) if screen.highlighted is not None else None,
            timeout_s=timeout_s,
            tolerate=_NORMAL,
        )

    def choose(self, option: str) -> None:
        """Move to a boot option by its name, press Enter, and wait until the screen has gone.

        Raises:
            BootError: the firmware offers no such option.
        """
        self._move_to(option)
        self._console.send(Key.ENTER)
        self._console.wait_for_screen(
            f"the firmware to leave its boot manager for {option!r}",
            lambda screen: True if screen.highlighted is None and not _title(screen) else None,
            timeout_s=_KEY_S,
            tolerate=_NORMAL,
        )

    def _move_to(self, item: str) -> None:
        """Move the highlight down to an item; it comes round at the end."""
        passed: dict[int, str] = {}
        highlighted = self._wait_for_highlight("a highlighted item")
        while highlighted.text != item:
            if highlighted.row in passed:
                raise BootError(
                    f"the firmware's menu has no item {item!r}",
                    causes=(f"it has: {', '.join(passed.values())}",),
                    last_lines=self._console.screen.lines,
                )
            passed[highlighted.row] = highlighted.text
            self._console.send(Key.DOWN)
            highlighted = self._wait_for_highlight(
                f"another item than {highlighted.text!r} after the key DOWN",
                other_than=highlighted.row,
            )

    def _wait_for_highlight(self, what: str, *, other_than: int | None = None) -> Highlight:
        """Wait until an item is highlighted, in another row than before; give it.

        Rows are compared, not texts: an item that is being drawn has several.
        """

        def highlighted(screen: Screen) -> Highlight | None:
            found = screen.highlighted
            return None if found is None or found.row == other_than else found

        return self._console.wait_for_screen(what, highlighted, timeout_s=_KEY_S, tolerate=_NORMAL)


def _first_page(screen: Screen) -> str | None:
    """Tell which page the menu key has brought, when it is drawn."""
    if _has(screen, _POPUP):
        return _OPTIONS if _has(screen, _POPUPS_WAY_OUT) else None
    return _FRONT if _has(screen, _HELP) and not _title(screen) else None


def _is_page(screen: Screen) -> bool | None:
    """Whether the boot manager behind the front page is drawn; None while it is not."""
    return (_title(screen) == _PAGE and _has(screen, _WAY_OUT)) or None


def _has(screen: Screen, text: str) -> bool:
    return any(text in line for line in screen.lines)


def _title(screen: Screen) -> str:
    """Give the title of a page, which stands in a frame at the top; "" on the front page."""
    row = screen.rows[1].strip()
    framed = len(row) > 2 and row[0] == row[-1] and not row[0].isalnum()
    return row[1:-1].strip() if framed else ""
