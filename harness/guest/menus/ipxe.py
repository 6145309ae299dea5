"""An iPXE boot menu, worked by arrow keys as an operator does.

Every key is verified on the screen before the next one. That an item's text
stands on the screen proves nothing about what boots.
"""

from collections.abc import Iterable, Sequence

from harness.errors import BootError, UsageError
from harness.guest.console.console import Console
from harness.guest.console.failure import Tolerated
from harness.guest.console.keyboard import Key
from harness.guest.console.screen import Screen

_KEY_S = 5.0
"""How long iPXE on an idle machine may take to redraw after a key."""


class IpxeMenu:
    """The menu of these items, in their order, on a guest's console."""

    def __init__(self, console: Console, texts: Sequence[str], *, title: str = "") -> None:
        """Name the items by their texts; with a title, another menu is not taken for this one."""
        if not texts:
            raise UsageError("a menu has at least one item")
        self.texts = tuple(texts)
        self.title = title
        self.items: tuple[str, ...] = ()
        """All that the menu showed when it was drawn, other items and separators too."""
        self._console = console

    def wait_until_drawn(self, *, timeout_s: float, tolerate: Sequence[Tolerated] = ()) -> str:
        """Wait until the menu stands on the screen; give the selected item."""
        name = f"the menu {self.title!r}" if self.title else f"the menu with {self.texts[0]!r}"
        selected = self._console.wait_for_screen(
            name, self._selection, timeout_s=timeout_s, tolerate=tolerate
        )
        self.items = tuple(self._shown(self._console.screen))
        return selected

    def _selection(self, screen: Screen) -> str | None:
        """Give the selected item when the whole menu is drawn."""
        selected = screen.selected_text
        if selected not in self.texts or (self.title and screen.title != self.title):
            return None
        return selected if set(self.texts) <= set(self._shown(screen)) else None

    def _shown(self, screen: Screen) -> Iterable[str]:
        """Give all that the menu shows."""
        return screen.items.values()

    @property
    def selected(self) -> str:
        """Give the item that is selected now."""
        screen = self._console.catch_up()
        if (selected := self._selection(screen)) is None:
            raise BootError(
                "the menu is not on the screen any more",
                causes=("its count-down ran out before a key was pressed, or a key chose",),
                last_lines=screen.lines,
            )
        return selected

    @property
    def countdown_s(self) -> int | None:
        """Give the seconds before the menu chooses by itself; None when it waits for a key."""
        return self._console.catch_up().countdown_s

    def hold(self) -> None:
        """Stop the count-down with a key that moves nothing."""
        self._console.send(Key.SPACE)
        self._console.wait_for_screen(
            "the menu without its count-down",
            lambda screen: (
                (self._selection(screen) is not None and screen.countdown_s is None) or None
            ),
            timeout_s=_KEY_S,
        )

    def select(self, text: str) -> None:
        """Move to the item of this text."""
        if text not in self.texts:
            raise UsageError(f"{text!r} is no item of this menu", cure=f"one of: {self.texts}")
        selected = self.selected
        while selected != text:
            down = self.texts.index(text) > self.texts.index(selected)
            selected = self._press(Key.DOWN if down else Key.UP, selected)

    def _press(self, key: Key, before: str) -> str:
        """Press an arrow key; give the item that is selected then."""
        self._console.send(key)
        return self._console.wait_for_screen(
            f"another item than {before!r} after the key {key.name}",
            lambda screen: None if (now := self._selection(screen)) == before else now,
            timeout_s=_KEY_S,
        )

    def enter(self) -> None:
        """Choose the selected item, and wait until the menu goes."""
        self._console.send(Key.ENTER)
        self._console.wait_for_screen(
            "the menu's end after Enter",
            lambda screen: True if self._selection(screen) is None else None,
            timeout_s=_KEY_S,
        )
