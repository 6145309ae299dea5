"""The boot menu that a guest shows, held to the site's: by the ids of its entries."""

from harness.errors import UsageError
from harness.guest.menus.console_menu import ConsoleMenu
from harness.lab.judged_guest import JudgedGuest
from harness.plan.expected_path import entry_of


class BootMenu:
    """The menu on a guest's screen, by the ids of the site's entries."""

    def __init__(self, guest: JudgedGuest, drawn: ConsoleMenu, *, first: str) -> None:
        """Keep the drawn menu and the item that it had selected `first`.

        A guest makes it (`Guest.wait_for_menu`).
        """
        self._guest = guest
        self._drawn = drawn
        self._entries = {
            entry.text: entry.id for entry in guest.loader.entries(guest.site.menu, guest.firmware)
        }
        self.default = self._entries[first]
        """The entry that was selected when the menu was drawn, before any key."""

    def assert_default(self, entry: str) -> None:
        """Raise a BootError unless the menu came up with `entry` selected."""
        if self.default != entry:
            raise self._guest.wrong(
                f"wrong default: the menu has selected {self.default!r}, the site says {entry!r}",
                causes=(self._where(self._guest.loader.where_default()),),
            )

    def _where(self, words: str) -> str:
        return f"look at `{words}` in {self._guest.menu_path}"

    def assert_lacks(self, entry: str) -> None:
        """Raise a BootError if the menu that came up has this entry of the site's."""
        item = entry_of(self._guest.site, entry)
        if item.text in self._drawn.items:
            raise self._guest.wrong(
                f"the {self._guest.firmware} menu has {item.text!r}, which is not for such "
                "machines",
                causes=(self._where(self._guest.loader.where_item(item)),),
            )

    def assert_complete(self) -> None:
        """Raise a BootError unless the menu has the entries that such a machine can boot.

        In the site's order, and none of its others. What the site does not tell of, headings
        for instance, may be there.
        """
        known = {entry.text for entry in self._guest.site.menu.entries.values()}
        shown = tuple(text for text in self._drawn.items if text in known)
        if shown != self._drawn.texts:
            raise self._guest.wrong(
                f"the {self._guest.firmware} menu shows {', '.join(shown)}; the site says "
                f"{', '.join(self._drawn.texts)}",
                causes=(self._where(self._guest.loader.where_item()),),
            )

    def choose(self, entry: str) -> None:
        """Move to an entry with the arrow keys, and press Enter."""
        texts = {found: text for text, found in self._entries.items()}
        if entry not in texts:
            raise UsageError(
                f"the {self._guest.firmware} menu has no entry {entry!r}",
                cure=f"one of: {', '.join(texts)}",
            )
        with self._guest.waiting_for(f"the menu to move to {entry} and choose it"):
            self._drawn.select(texts[entry])
            self._drawn.enter()
        self._guest.record.mark("choice", self._guest.console.at_s)
