"""The menus of a machine, as a scenario works them: its firmware's, and the site's boot menu.

By boot paths and by the ids of the site's entries; how menus are read and worked is
`harness.guest.menus`'.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

from harness.errors import BootError, UsageError
from harness.guest.console.console import Console
from harness.guest.console.failure import Tolerated
from harness.guest.menus.any_menu import AnyMenu
from harness.guest.menus.boot_manager import BootManager
from harness.loaders import Loader
from harness.loaders.base import DrawnMenu
from harness.machines import BootPath
from harness.plan.expected_path import entry_of
from harness.site import Site


@dataclass(frozen=True, kw_only=True)
class FirmwareMenu:
    """The boot manager on a guest's screen, by boot paths; a guest opens it."""

    drawn: BootManager
    mac: str
    waiting_for: Callable[[str], AbstractContextManager[None]]

    def choose(self, path: BootPath) -> None:
        """Move to the option for this path on the guest's card, and press Enter."""
        from harness.guest.nvram import option_title

        option = option_title(path, self.mac)
        with self.waiting_for(f"the firmware's menu to offer {option!r}"):
            self.drawn.choose(option)


@dataclass(frozen=True, kw_only=True)
class MenuOfSite:
    """The boot menu that a site says such a machine has: the entries that its loader shows."""

    site: Site
    loader: Loader
    firmware: str
    """`uefi` or `bios`."""

    @property
    def entries(self) -> dict[str, str]:
        """The texts of its entries → their ids, in their order."""
        shown = self.loader.entries(self.site.menu, self.firmware)
        return {entry.text: entry.id for entry in shown}

    def text_of(self, entry: str) -> str:
        """Give the text of an entry that it has."""
        texts = {id: text for text, id in self.entries.items()}
        if entry not in texts:
            raise UsageError(
                f"the {self.firmware} menu has no entry {entry!r}",
                cure=f"one of: {', '.join(texts)}",
            )
        return texts[entry]

    def wait(self, console: Console, *, timeout_s: float, tolerate: Sequence[Tolerated]) -> AnyMenu:
        """Wait until it is drawn with all its entries; another menu is not taken for it."""
        texts, title = list(self.entries), self.site.menu.title(self.firmware)
        if not texts:
            raise UsageError(f"site.toml tells no entry of the {self.firmware} menu")

        def is_it(drawn: DrawnMenu) -> bool:
            is_another = bool(title) and drawn.title not in (None, title)
            return not is_another and drawn.selected in texts and set(texts) <= set(drawn.items)

        name = f"the menu {title!r}" if title else f"the menu with {texts[0]!r}"
        return AnyMenu.wait(console, name, is_it, timeout_s=timeout_s, tolerate=tolerate)


@dataclass(frozen=True, kw_only=True)
class BootMenu:
    """The menu that a guest has drawn, held to the site's; a guest waits for it."""

    drawn: AnyMenu
    of_site: MenuOfSite
    wrong: Callable[[str, str], BootError]
    """Gives the error to raise: what is wrong, and the words of the menu's file to look at."""

    @property
    def default(self) -> str:
        """The entry that was selected when it was drawn, before any key."""
        return self.of_site.entries[self.drawn.seen.first_selected]

    def assert_default(self, entry: str) -> None:
        """Raise a BootError unless the menu came up with `entry` selected."""
        if self.default != entry:
            raise self.wrong(
                f"wrong default: the menu has selected {self.default!r}, the site says {entry!r}",
                self.of_site.loader.where_default,
            )

    def assert_lacks(self, entry: str) -> None:
        """Raise a BootError if the menu that came up has this entry of the site's."""
        item = entry_of(self.of_site.site, entry)
        if item.text in self.drawn.seen.rows:
            raise self.wrong(
                f"the {self.of_site.firmware} menu has {item.text!r}, which is not for such "
                "machines",
                self.of_site.loader.where_item(item),
            )

    def assert_complete(self) -> None:
        """Raise a BootError unless the menu has the entries that such a machine can boot.

        In the site's order, and none of its others. What the site does not tell of, headings
        for instance, may be there.
        """
        known = {entry.text for entry in self.of_site.site.menu.entries.values()}
        shown = [text for text in self.drawn.seen.rows if text in known]
        if shown != list(self.of_site.entries):
            raise self.wrong(
                f"the {self.of_site.firmware} menu shows {', '.join(shown)}; the site says "
                f"{', '.join(self.of_site.entries)}",
                self.of_site.loader.where_item(),
            )
