"""A boot menu on a guest's console, worked by arrow keys as an operator does.

How it stands on the screen is its loader's to read. Every key is verified on the screen
before the next one. That an item's text stands there proves nothing about what boots.
"""

from collections.abc import Callable, Sequence

from harness.errors import BootError, UsageError
from harness.guest.console.console import Console
from harness.guest.console.failure import Tolerated
from harness.guest.console.keyboard import Key
from harness.guest.console.screen import Screen
from harness.loaders.base import DrawnMenu

_KEY_S = 5.0
"""How long a loader on an idle machine may take to redraw after a key."""


class ConsoleMenu:
    """The menu of these items, in their order, on a guest's console."""

    def __init__(
        self,
        console: Console,
        texts: Sequence[str],
        *,
        read: Callable[[Screen], DrawnMenu | None],
        title: str = "",
    ) -> None:
        """Name the items by their texts; with a title, another menu is not taken for this one."""
        if not texts:
            raise UsageError("a menu has at least one item")
        self.texts = tuple(texts)
        self.title = title
        self.items: tuple[str, ...] = ()
        """All that the menu showed when it was drawn, other items and separators too."""
        self._console = console
        self._read = read

    def wait_until_drawn(self, *, timeout_s: float, tolerate: Sequence[Tolerated] = ()) -> str:
        """Wait until the menu stands on the screen; give the selected item."""
        name = f"the menu {self.title!r}" if self.title else f"the menu with {self.texts[0]!r}"
        drawn = self._console.wait_for_screen(
            name, self._whole, timeout_s=timeout_s, tolerate=tolerate
        )
        self.items = drawn.items
        return drawn.selected

    def _whole(self, screen: Screen) -> DrawnMenu | None:
        """Give the menu when it is drawn with all its items, one of them selected."""
        drawn = self._read(screen)
        if drawn is None or drawn.selected not in self.texts:
            return None
        is_another = self.title and drawn.title not in (None, self.title)
        return None if is_another or not set(self.texts) <= set(drawn.items) else drawn

    @property
    def selected(self) -> str:
        """Give the item that is selected now."""
        screen = self._console.catch_up()
        if (drawn := self._whole(screen)) is None:
            raise BootError(
                "the menu is not on the screen any more",
                causes=("its count-down ran out before a key was pressed, or a key chose",),
                last_lines=screen.lines,
            )
        return drawn.selected

    def select(self, text: str) -> None:
        """Move to the item of this text."""
        if text not in self.texts:
            raise UsageError(f"{text!r} is not an item of this menu", cure=f"one of: {self.texts}")
        selected = self.selected
        while selected != text:
            down = self.texts.index(text) > self.texts.index(selected)
            selected = self._press(Key.DOWN if down else Key.UP, selected)

    def _press(self, key: Key, before: str) -> str:

        def another(screen: Screen) -> str | None:
            drawn = self._whole(screen)
            return None if drawn is None or drawn.selected == before else drawn.selected

        self._console.send(key)
        return self._console.wait_for_screen(
            f"another item than {before!r} after the key {key.name}", another, timeout_s=_KEY_S
        )

    def enter(self) -> None:
        """Choose the selected item, and wait until the menu goes."""
        self._console.send(Key.ENTER)
        self._console.wait_for_screen(
            "the menu's end after Enter",
            lambda screen: True if self._whole(screen) is None else None,
            timeout_s=_KEY_S,
        )
