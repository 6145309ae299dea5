"""A boot is followed to its end, whatever site it is of: menus are read as they come up.

Nothing is known of them before. What a menu has stands on the screen when it is left, or when
it waits: so it is told then, with what was selected and counted down when it was first drawn.
The screen is drawn from what the guest has sent, a few bytes at a time, so that all this is
seen however late the harness reads, and however fast the guest's clock runs.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypedDict

from harness.deadline import Deadline
from harness.errors import BootError, GuestError
from harness.guest.console.console import Console
from harness.guest.console.failure import BootTimeoutError, ConsoleClosedError, Finding, Tolerated
from harness.guest.console.keyboard import key_of, type_line
from harness.guest.console.quiet import Quiet
from harness.guest.console.screen import Screen
from harness.guest.life import Start, Stop
from harness.guest.menus.any_menu import (
    PASSING_PROMPTS,
    AnyMenu,
    RowError,
    read_menu,
    read_prompt,
    stop_count_down_again,
    stop_next_count_down,
)
from harness.lab.power import GuestPower
from harness.loaders.ipxe.console import PROGRESS, asks_itself, is_fetch
from harness.model import LOCAL_DISK, PayloadReport
from harness.plan.boot_words import is_of_menu, read_press, read_typed
from harness.rounds import goes_round
from harness.witness.shown import (
    BY_DISK,
    BY_PAYLOAD,
    Ended,
    KeysPressed,
    MenuShown,
    Prompted,
    Said,
    Shown,
)

# In the guest's own seconds, on an idle machine with KVM.
FOLLOW_TIMEOUT_S = 900.0
"""For a whole boot that nobody knows: several menus, and waits for servers that are not there."""
HELD_TIMEOUT_S = 200.0
"""For one whose menus are known, and besides twice what the longest of them counts down."""
STANDSTILL_S = 60.0
"""Nothing new on console and wire for so long: no firmware waits longer between two tries."""
WAITING_S = 3.0
"""A menu that counts nothing down has stood for so long: it waits for ever."""
# In the host's: what the guest has sent reaches the harness in it, and servers answer.
_WAITING_LEAST_S = 1.0
_STANDSTILL_LEAST_S = 5.0
_STOP_TOLD_S = 15.0
_LOOKED_S = 2.0
"""So seldom are the logs asked what the machine has fetched."""
_OF_FETCHES, _ROUNDS = range(2, 13), 4
"""Fetches of a circle, and how often it has been gone round: some tries again are none."""

_CODE = re.compile(r" ?\(https?://ipxe\.org/[0-9a-f]{8}\)|(?<=Error) 0x[0-9a-f]{8}")
_DEVICE = re.compile(r'(?<=") from \S+(?=: )')
"""Where on its buses edk2 has found what it could not start."""
_PROGRESS = re.compile(rf"(?<=\.\.\.){PROGRESS}+\s*")
_ANY: Tolerated = re.compile("")
_NOTHING_ELSE = "given back to the firmware, which has nothing else to boot"
_WITHOUT_ERROR = "given back to the firmware without an error: it shows its own menu"
"""So edk2 does it (BootBootOptions), whatever comes next in its boot order."""
_SAME_FILES = "the loader fetches the same files again and again"
_ENDINGS: Mapping[str, str] = {
    "uefi-gave-up": _NOTHING_ELSE,
    "bios-nothing": _NOTHING_ELSE,
    "bds-nothing": _NOTHING_ELSE,
    "uefi-front-page": "in the firmware's set-up",
    "uefi-exception": "the firmware crashed",
    "no-root": "the initramfs found no root",
    "initramfs-prompt": "the initramfs found no root",
    "ipxe-loop": _SAME_FILES,
    "console-loop": "prints the same lines again and again",
}
"""Failures behind which nothing else comes, by their names."""
_FAILED_OPTION = frozenset(
    {"bds-start", "bds-load", "bds-unsupported", "bds-memory", "bds-disk", "secure-boot"}
)
_NO_COMPLAINTS = frozenset({*_ENDINGS, "ipxe-shell", "grub-prompt", "uefi-shell"})
_ON_THE_WIRE = frozenset({"ipxe-no-file", "ipxe-forbidden"})
"""Said of a file that is fetched, these are what its server has answered."""


class _When(TypedDict):
    at_s: float
    after_fetches: int


class _Found(NamedTuple):
    """What a boot has come to: its end, or a menu that waits."""

    how: str = ""
    menu: AnyMenu | None = None
    answers: bool = False
    """Whether the next choice is for the prompt that stands there."""


@dataclass(frozen=True, kw_only=True)
class Signs:
    """What others than the console tell of a machine, whenever they are asked."""

    traffic: Callable[[], tuple[int, int]]
    """Counts the frames that have come from it, and to it."""
    reported: Callable[[], PayloadReport | None]
    """Gives what its payload has said."""
    fetched: Callable[[], Sequence[Sequence[str]]] = tuple
    """Gives what each server of files has been asked for."""
    prompt_s: Callable[[], float] = float
    """Gives how long a prompt may wait before its loader goes on by itself."""


class Following:
    """One boot, from power-on to its end."""

    def __init__(
        self,
        console: Console,
        power: GuestPower,
        *,
        signs: Signs,
        choices: Sequence[str] = (),
        goes_through: bool = False,
        tolerate: Sequence[Tolerated] | None = None,
        longest_s: int | None = None,
    ) -> None:
        """Keep whom to follow; `tolerate` is what it may complain about, None: whatever it likes.

        With None, a menu that waits is gone through, and with `goes_through` that of the last
        choice. A menu that counts down longer than `longest_s` is not waited for.
        """
        self._console = console
        self._power = power
        self._signs = signs
        self._choices = list(choices)
        self._goes_through, self._learns = goes_through, tolerate is None
        # An end is told, and judged as one.
        self._tolerate = (_ANY,) if tolerate is None else (*tolerate, *_NO_COMPLAINTS)
        self._longest_s = longest_s
        known = longest_s is not None
        self._timeout_s = HELD_TIMEOUT_S + 2 * (longest_s or 0) if known else FOLLOW_TIMEOUT_S
        self._events_before = len(power.history)
        self._menu: AnyMenu | None = None
        self._left: list[AnyMenu] = []
        self._left_on = -1
        """How often the screen had been cleared when the last of them was there; -1 if it stays."""
        self._shown: list[tuple[int, Shown]] = []
        """With the place in the guest's text at which each was shown."""
        self._end: int | None = None
        """The place at which it ended, where that was seen later."""
        self._looking, self._looked_at = Deadline(_LOOKED_S, "a look"), (0, 0)
        self._quiet = Quiet(console, lambda: (console.length, signs.traffic()[0]))
        self._menu_quiet = Quiet(console)

    def run(self) -> tuple[Shown, ...]:
        """Follow it; give all that was shown, its end last."""
        try:
            how = self._follow()
        except ConsoleClosedError:
            how = self._leave_menu() or self._stopped()
        except GuestError:
            if self._power.domain.stop_reason is not Stop.PANICKED:
                raise
            how = self._leave_menu() or "panicked"
        except BootTimeoutError as error:
            how = f"still going on after {error.timeout_s:.0f} s"
        if self._learns and self._choices:
            what = f"it ends without a menu or prompt for: {', '.join(self._choices)}"
            raise BootError(what, causes=(how,), last_lines=self._console.screen.lines)
        return (*self.shown, Ended(**self._when(self._to, self._console.at_s), how=how))

    @property
    def shown(self) -> tuple[Shown, ...]:
        """What was shown up to now, or to its end."""
        ordered = sorted((*self._shown, *self._complaints(self._to)), key=lambda each: each[0])
        return tuple(shown for _, shown in ordered)

    @property
    def _to(self) -> int:
        return self._console.length if self._end is None else self._end

    def _follow(self) -> str:
        """Wait for its end, choosing on the way; say how it ended."""
        while True:
            if self._chooses_row:
                stop_next_count_down(self._console)
            else:
                stop_count_down_again(self._console)
            found = self._console.wait_for_screen(
                "its end", self._look, timeout_s=self._timeout_s, tolerate=self._tolerate
            )
            if found.answers:
                self._answer(self._choices.pop(0))
                continue
            if found.menu is None:
                return found.how
            if not self._chooses_row:
                is_waiting = found.menu.seen.counts_down_s is None
                goes_through = self._learns and is_waiting and not self._was_left(found.menu)
                found.menu.go_through() if goes_through else found.menu.gather()
                verb = "waits for a key" if is_waiting else "counts down"
                return self._leave_menu() or f"{verb} in {_named(found.menu)}"
            self._choose(found.menu)

    def _choose(self, menu: AnyMenu) -> None:
        """Choose the next row; of a menu that has no such row all is told that it has."""
        try:
            goes_through = self._goes_through and len(self._choices) == 1
            menu.choose(self._choices[0], goes_through=goes_through)
        except RowError:
            self._leave_menu()
            raise
        self._leave_menu(self._choices.pop(0))

    def _answer(self, choice: str) -> None:
        """Press the key, or type the label, that the prompt waits for which stands there."""
        place, at_s = self._console.length, self._console.at_s
        self._shown.append((place, KeysPressed(**self._when(place, at_s), chose=choice)))
        press, label = read_press(choice), read_typed(choice)
        if press is not None:
            self._console.send(key_of(press[0]))
        elif label is not None:
            self._menu = None  # what looked like one while the prompt was drawn
            type_line(self._console, label, tolerate=self._tolerate)

    def _is_prompt_of_choice(self, screen: Screen) -> bool:
        """Whether the prompt stands there at which the next choice is pressed, or typed."""
        if not self._choices or self._chooses_row:
            return False
        if (press := read_press(self._choices[0])) is None:
            return read_prompt(screen) in PASSING_PROMPTS
        is_there = press[1].split() == screen.before_cursor.split()
        return is_there and not asks_itself(screen.lines[-2:-1])

    @property
    def _chooses_row(self) -> bool:
        return bool(self._choices) and is_of_menu(self._choices[0])

    def _look(self, screen: Screen) -> _Found | None:
        """Look at what has come: how it ended, a menu that waits for a choice, a prompt's key."""
        if self._is_prompt_of_choice(screen):
            return _Found(answers=True)
        has_gone = self._menu is not None and self._menu.is_gone(screen)
        how = (
            (self._leave_menu() if has_gone else None)
            or self._was_reset()
            or self._failed()
            or self._prompted(screen)
            or self._goes_round()
        )
        if how is None and (menu := self._waits_in_menu(screen)) is not None:
            return _Found(menu=menu)
        how = how or self._stands_still(screen)
        return None if how is None else _Found(how=how)

    def _was_reset(self) -> str | None:
        events = self._power.history[self._events_before :]
        return "reset" if any(mark.event is Start.RESET for mark in events) else None

    def _failed(self) -> str | None:
        names = [each.failure.name for each in self._console.findings]
        found = next((name for name in names if name in _ENDINGS), "")
        if found == "uefi-gave-up" and not _FAILED_OPTION.intersection(names):
            return _WITHOUT_ERROR
        return _ENDINGS.get(found)

    def _goes_round(self) -> str | None:
        """Look in the servers' logs, now and then: not every loader tells what it fetches."""
        if self._looking.expired and self._signs.traffic() != self._looked_at:
            self._looking, self._looked_at = Deadline(_LOOKED_S, "a look"), self._signs.traffic()
            if any(goes_round(e, sizes=_OF_FETCHES, rounds=_ROUNDS) for e in self._signs.fetched()):
                return _SAME_FILES
        return None

    def _prompted(self, screen: Screen) -> str | None:
        if (what := read_prompt(screen)) is None:
            return None
        if what in PASSING_PROMPTS:
            asked_s = self._signs.prompt_s()
            waits_s = asked_s if self._longest_s is None else min(asked_s, self._longest_s)
            if not self._menu_quiet.lasts(WAITING_S + waits_s, _WAITING_LEAST_S):
                return None
        # What looked like a menu while it was drawn.
        self._menu = None
        place = self._console.length
        self._shown.append((place, Prompted(**self._when(place, self._console.at_s), what=what)))
        return f"waits for an operator at the {what}"

    def _waits_in_menu(self, screen: Screen) -> AnyMenu | None:
        """Take note of a menu; give it when it is to be chosen from, or nothing else comes."""
        drawn = None if screen.cleared == self._left_on else read_menu(screen)
        if drawn is None:
            return None
        if self._menu is None:
            # The first key that is pressed ends the count-down of all menus that stay.
            counts = drawn.foot is None or not self._left
            self._menu = AnyMenu(self._console, drawn, tolerate=self._tolerate, counts=counts)
        self._menu.seen.see(drawn)
        drawn = self._menu.seen.drawn
        if self._chooses_row:
            return self._menu
        if self._menu_quiet.lasts(WAITING_S, _WAITING_LEAST_S):
            # What stands there of a count-down that a key has ended: not every loader wipes it.
            self._menu.seen.counts_down_s = None
            return self._menu
        if drawn.counts_down_s is None:
            return None
        # With the first number that is smaller all of it has been drawn.
        is_drawn = drawn.counts_down_s < (self._menu.seen.counts_down_s or 0)
        is_long = self._longest_s is not None and drawn.counts_down_s > self._longest_s
        return self._menu if is_drawn and (is_long or self._was_left(self._menu)) else None

    def _was_left(self, menu: AnyMenu) -> bool:
        return any(menu.seen.shown == each.seen.shown for each in self._left)

    def _leave_menu(self, chosen: str | None = None) -> str | None:
        """Tell the menu that stood there; say so when it is one that was left before."""
        menu, self._menu = self._menu, None
        if menu is None:
            return None
        self._left_on = menu.cleared if menu.seen.drawn.foot is None else -1
        if chosen is None and self._was_left(menu):
            self._end = menu.place
            return f"back in {_named(menu)}"
        when = self._when(menu.place, menu.at_s)
        rows, selected = menu.seen.shown
        if chosen is not None and menu.seen.drawn.foot is not None:
            # What is left on the screen of the count-down that the key has ended tells by chance.
            menu.seen.counts_down_s = None
        shown = MenuShown(
            **when,
            title=menu.seen.title,
            rows=rows,
            selected=selected,
            counts_down_s=menu.seen.counts_down_s,
            selectable=menu.selectable,
        )
        self._left.append(menu)
        self._shown.append((menu.place, shown))
        if chosen is not None:
            self._shown.append((menu.place, KeysPressed(**when, chose=chosen)))
        return None

    def _stands_still(self, screen: Screen) -> str | None:
        if not self._quiet.lasts(STANDSTILL_S, _STANDSTILL_LEAST_S):
            return None
        line = normalised(screen.before_cursor)
        return f'stands still at "{line}"' if line else "stands still"

    def _stopped(self) -> str:
        stop = self._power.wait_for_stop(_STOP_TOLD_S)
        if stop is not Stop.SHUTDOWN:
            self._power.domain.verify_alive()
        if (report := self._signs.reported()) is None:
            return "switched off"
        return BY_DISK if report.entry == LOCAL_DISK else BY_PAYLOAD

    def _complaints(self, end: int) -> Iterator[tuple[int, Said]]:
        """Give what loader and firmware have complained about before this place."""
        before = ""
        for finding in self._console.findings:
            line = normalised(finding.line)
            if finding.start < end and line != before and self._is_complaint(finding):
                before = line
                yield finding.start, Said(**self._when(finding.end, finding.at_s), line=line)

    def _is_complaint(self, finding: Finding) -> bool:
        name = finding.failure.name
        is_answer = name in _ON_THE_WIRE and is_fetch(finding.line)
        is_normal = finding.tolerated_by(self._console.normal)
        return not (name in _NO_COMPLAINTS or is_answer or is_normal)

    def _when(self, place: int, at_s: float) -> _When:
        """Say when something was shown that begins at this place of the text."""
        lines = self._console.lines
        fetched = (line for line in lines if line.end <= place and is_fetch(line.text))
        return _When(at_s=at_s, after_fetches=sum(1 for _ in fetched))


def normalised(line: str) -> str:
    """Leave out of a complaint what differs between builds, and how far a download had come."""
    for aside in (_CODE, _DEVICE):
        line = aside.sub("", line)
    return _PROGRESS.sub(" ", line).strip()


def _named(menu: AnyMenu) -> str:
    title, rows = menu.seen.title, menu.seen.rows
    return f'the menu "{title}"' if title else f'the menu with "{next(filter(None, rows), "")}"'
