"""What the console showed, put between the fetches of a boot."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import inf
from typing import TypeAlias

from harness.describe.fetches import FIRMWARE, Asked
from harness.describe.key_prompts import (
    CountedDown,
    KeyAsked,
    LabelAsked,
    counted_down,
    labels_asked,
    prompts_shown,
)
from harness.describe.laid import kind_of
from harness.judge.boot import Boot
from harness.loaders import LOADERS
from harness.plan.boot_names import Names
from harness.plan.boot_text import Statement
from harness.plan.boot_words import EMPTY_ROW, NO_TITLE, NOBODY, MenuWords, is_of_menu, keys_words
from harness.witness.shown import Ended, KeysPressed, MenuShown, Prompted, Said, Shown
from harness.witness.wire import Outcome

_LATE, _NEVER_S = 1_000_000, inf
_ROUNDED_S = 0.0001
"""The times of a console's lines are written so: in a fast guest a menu is no later."""
_TELL_NOTHING = (FIRMWARE, *(each.called for each in LOADERS if not each.tells_fetches))
"""Who shows no line for a file that it asks for."""
_ALIKE = 16
"""So much of a complaint's beginning is left as it stood on the console."""
_Asked: TypeAlias = KeyAsked | LabelAsked | CountedDown
_Seen: TypeAlias = Shown | _Asked


@dataclass(frozen=True, kw_only=True)
class Between:
    """What was shown between two fetches."""

    menus: tuple[Statement, ...]
    """Up to the last menu, with the keys that were pressed in it."""
    others: tuple[Statement, ...]
    menu_s: float
    """When the last menu came up; never, when none did or nobody knows."""


class Screen:
    """Gives what was shown, each thing before the fetch that it came before.

    A console is read late, never early: by its time a thing comes too late or right. So it
    does by the fetches that the console had told of, for it tells of some that reached no
    wire. The earlier of both is right; a loader that tells of no fetch leaves the time alone.
    """

    def __init__(self, boot: Boot, names: Names, asked: Sequence[Asked]) -> None:
        """Put everything before a fetch."""
        self._boot, self._names = boot, names
        self._power_on_s = boot.console.power_on_s
        self._asked = list(asked)
        self._left = list(self._shown())

    def before(self, fetch: Asked | None) -> "Between":
        """Give what was shown before a fetch; all that is left before none."""
        place = len(self._asked) if fetch is None else self._asked.index(fetch)
        found: list[tuple[float, Statement]] = []
        while self._left and (fetch is None or self._left[0][0] <= place):
            found.append(self._left.pop(0)[1:])
        is_menu = [each.subject in ("menu", "keys") for _, each in found]
        menus = len(found) - is_menu[::-1].index(True) if True in is_menu else 0
        return Between(
            menus=tuple(each for _, each in found[:menus]),
            others=tuple(each for _, each in found[menus:]),
            menu_s=max((at_s for at_s, _ in found[:menus]), default=_NEVER_S),
        )

    def _shown(self) -> Iterator[tuple[int, float, Statement]]:
        place, menu_s = 0, _NEVER_S
        shown = self._in_order()
        for number, each in enumerate(shown):
            before = shown[number - 1] if number else None
            if not isinstance(each, KeysPressed):  # which are pressed in the menu before
                is_choice = isinstance(each, MenuShown | LabelAsked | CountedDown) and isinstance(
                    before, KeysPressed | None
                )
                latest = self._boots_at(place) if is_choice else _LATE
                place = max(place, min(self._place(each), latest))
            if isinstance(each, MenuShown) and self._power_on_s is not None:
                menu_s = self._power_on_s + each.at_s
            yield place, menu_s, self._statement(each)
            following = shown[number + 1] if number + 1 < len(shown) else None
            if isinstance(each, MenuShown | _Asked) and not isinstance(following, KeysPressed):
                yield place, menu_s, Statement(subject="keys", text=NOBODY)

    def _in_order(self) -> list[_Seen]:
        """Give what was shown with the prompts for a key, which nobody reads off a screen."""
        found: list[_Seen] = []
        labels = list(labels_asked(self._boot))
        told = {each.words.title for each in labels}
        prompts: list[_Asked] = [*prompts_shown(self._boot), *labels, *counted_down(self._boot)]
        prompts.sort(key=lambda each: each.at_s)
        for each in self._boot.shown:
            of_menu = isinstance(each, KeysPressed) and is_of_menu(each.chose)
            while prompts and not of_menu and self._is_before(prompts[0], each):
                found.append(prompts.pop(0))
            is_told = isinstance(each, Ended) or (isinstance(each, Prompted) and each.what in told)
            found += [] if is_told else [each]
        return [*found, *prompts]

    def _is_before(self, prompt: _Asked, shown: Shown) -> bool:
        """Whether a prompt came before, or with, what was shown; of a complaint lines tell, too."""
        if prompt.at_s > shown.at_s + _ROUNDED_S:
            return False
        above = self._boot.console.lines[: prompt.line]
        return not (
            isinstance(shown, Said)
            and prompt.at_s > shown.at_s - _ROUNDED_S
            and any(
                line.at_s > shown.at_s - _ROUNDED_S and line.text.startswith(shown.line[:_ALIKE])
                for line in above
            )
        )

    def _boots_at(self, place: int) -> int:
        """Give the number of the first fetch of a kernel or initrd from a place on.

        The first menu, and one that was gone to by keys, come before anything is booted.
        """
        found = (
            number
            for number, each in enumerate(self._asked[place:], start=place)
            if kind_of(self._boot, each) is not None
        )
        return next(found, _LATE)

    def _place(self, shown: _Seen) -> int:
        """Give the number of the fetch that a thing was shown before."""
        by_time = len(self._asked)
        if self._power_on_s is not None:
            at_s = self._power_on_s + shown.at_s
            by_time = sum(each.first.time_s < at_s for each in self._asked)
        if not shown.after_fetches:
            return by_time
        told = 0
        for number, each in enumerate(self._asked):
            is_told = self._is_told(number, each)
            if told == shown.after_fetches and (is_told or number >= by_time):
                return min(number, by_time)
            told += is_told
        return by_time

    def _is_told(self, number: int, asked: Asked) -> bool:
        """Whether a loader shows a fetch: not what a redirection leads to, nor a disk's sectors."""
        before = self._asked[number - 1].last if number else None
        led_to = before is not None and before.outcome is Outcome.REDIRECTED
        return asked.who not in _TELL_NOTHING and not led_to and not asked.in_pieces

    def _statement(self, shown: _Seen) -> Statement:
        if isinstance(shown, KeyAsked):
            words = replace(shown.words, text=self._names.named(shown.words.text))
            return Statement(subject="prompt", text=str(words))
        if isinstance(shown, LabelAsked):
            return Statement(subject="prompt", text=self._names.named(str(shown.words)))
        if isinstance(shown, CountedDown):
            return Statement(subject="prompt", text=str(shown))
        if isinstance(shown, MenuShown):
            return Statement(subject="menu", text=self._menu(shown))
        if isinstance(shown, KeysPressed):
            return Statement(subject="keys", text=keys_words(self._names.named(shown.chose)))
        if isinstance(shown, Prompted):
            return Statement(subject="prompt", text=shown.what)
        if isinstance(shown, Said):
            return Statement(subject="says", text=self._names.named(shown.line))
        return Statement(subject="ends", text=shown.how)

    def _menu(self, menu: MenuShown) -> str:
        words = MenuWords(
            title=self._names.named(menu.title) or NO_TITLE,
            rows=tuple(self._names.named(row) or EMPTY_ROW for row in menu.rows),
            selected=menu.selected,
            counts_down_s=menu.counts_down_s,
        )
        return str(words)
