"""Two accounts of a boot side by side, what differs marked: promised and seen, this and that."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby, zip_longest

from markupsafe import Markup, escape

from harness.evidence.summary import Summary
from harness.judge.boot import Boot
from harness.plan.boot_text import BootText, Statement
from harness.report.facts import BootFacts
from harness.secret import masked
from harness.step import StepRole

_WORD = re.compile(r"\s+|[^\s]+")
SLOWER, FASTER = 1.3, 0.75
"""A phase that began so many times later than beside counts as slower; and as faster."""
_NOTICED_S = 0.5
"""A difference that nobody would notice is none."""


@dataclass(frozen=True, kw_only=True)
class Pair:
    """What stands side by side; "" where a side has nothing of it."""

    left: str | Markup
    right: str | Markup
    differs: bool = False


def promised_and_seen(boot: Boot, summary: Summary) -> list[Pair]:
    """Give what was promised beside what was seen, in the words of whatever it is held to."""
    if boot.texts is not None:
        return _texts(*boot.texts, differ=bool(boot.difference))
    return _steps(boot, summary)


def _texts(approved: BootText, seen: BootText, *, differ: bool) -> list[Pair]:
    """Set the two texts of a boot side by side, statement by statement."""
    old, new = ([each.key for each in text.statements] for text in (approved, seen))
    found: list[Pair] = []
    for tag, start, end, new_start, new_end in _opcodes(old, new):
        sides = approved.statements[start:end], seen.statements[new_start:new_end]
        for left, right in zip_longest(*sides):
            differs = differ and tag != "equal"
            pair = Pair(left=_said(left, right), right=_said(right, left), differs=differs)
            found.append(pair)
    return found


def _said(statement: Statement | None, other: Statement | None) -> Markup:
    """Give a statement, with the words marked that the one beside it has not."""
    if statement is None:
        return Markup("")
    text = escape(masked(statement.text))
    if other is not None:
        text = marked(statement.text, other.text)
    note = Markup("<small>{}</small>").format(statement.note) if statement.note else ""
    return Markup("<b>{}</b>{}{}").format(statement.subject, text, note)


def _steps(boot: Boot, summary: Summary) -> list[Pair]:
    """Set the steps of a plan beside those that were taken."""
    plan = [step for step in boot.expected if step.role is not StepRole.PAYLOAD]
    promised = list(summary.expected_path)
    numbers = {way: n for n, step in reversed(list(enumerate(plan))) for way in step.ways}
    taken = boot.all_taken if len(summary.seen_path) >= len(boot.all_taken) else ()
    rest = summary.seen_path[len(taken) :]
    keys = [
        *(numbers.get(step.what, f"{step.what}") for step in taken),
        *(promised.index(text) if text in promised else text for text in rest),
    ]
    arrived = [*(step.arrived for step in taken), *(True for _ in rest)]
    seen = [
        _Seen(text=masked(text), key=key, went=well and isinstance(key, int))
        for text, key, well in zip(summary.seen_path, keys, arrived, strict=True)
    ]
    # A step may be taken in two ways at once: they stand beside it as one.
    runs = [list(run) for _, run in groupby(seen, key=lambda each: each.key)]
    numbers_of = [run[0].key for run in runs]
    found: list[Pair] = []
    for _, start, end, new_start, new_end in _opcodes(list(range(len(promised))), numbers_of):
        for one, run in zip_longest(promised[start:end], runs[new_start:new_end]):
            is_it = run is not None and one is not None and run[0].key == promised.index(one)
            found += _beside(masked(one or ""), run or [], is_it=is_it)
    return found


@dataclass(frozen=True, kw_only=True)
class _Seen:
    """A step that was taken."""

    text: str
    key: object
    """Which of the promised ones it is, by number; itself when it is none."""
    went: bool
    """Whether it was promised, and went well."""


def _beside(promise: str, run: Sequence[_Seen], *, is_it: bool) -> Iterator[Pair]:
    """Set the ways in which a step was taken beside its promise."""
    for number, each in enumerate(run):
        left = "" if number else promise
        yield Pair(left=left, right=each.text, differs=not each.went or bool(left and not is_it))
    if not run:
        yield Pair(left=promise, right="", differs=True)


def _opcodes(
    old: Sequence[object], new: Sequence[object]
) -> Iterable[tuple[str, int, int, int, int]]:
    return SequenceMatcher(None, old, new, autojunk=False).get_opcodes()


def marked(text: str, other: str) -> Markup:
    """Give a text with the words marked that the other has not."""
    words, others = _WORD.findall(masked(text)), _WORD.findall(masked(other))
    found = Markup("")
    for tag, _, _, start, end in _opcodes(others, words):
        piece = "".join(words[start:end])
        found += piece if tag == "equal" else Markup("<mark>{}</mark>").format(piece)
    return found


@dataclass(frozen=True, kw_only=True)
class Phase:
    """When a phase began here and beside, in seconds since power-on."""

    name: str
    here_s: float | None
    beside_s: float | None

    @property
    def pace(self) -> str:
        """`slower`, `faster` or ""."""
        if self.here_s is None or self.beside_s is None:
            return ""
        return _pace(self.here_s, self.beside_s)


def _pace(here_s: float, beside_s: float) -> str:
    if abs(here_s - beside_s) < _NOTICED_S or beside_s <= 0:
        return ""
    ratio = here_s / beside_s
    return "slower" if ratio >= SLOWER else "faster" if ratio <= FASTER else ""


@dataclass(frozen=True, kw_only=True)
class Beside:
    """A boot beside the same of another run."""

    here: BootFacts
    there: BootFacts

    @property
    def is_new(self) -> bool:
        """Whether it is red and was not."""
        return self.here.is_red and not self.there.is_red

    @property
    def is_mended(self) -> bool:
        """Whether it was red and is not."""
        return self.there.is_red and not self.here.is_red

    @property
    def phases(self) -> list[Phase]:
        """The phases of both, in the order of a boot."""
        names = [*self.here.phases, *(each for each in self.there.phases)]
        return [
            Phase(
                name=each, here_s=self.here.phases.get(each), beside_s=self.there.phases.get(each)
            )
            for each in dict.fromkeys(names)
        ]

    @property
    def pace(self) -> str:
        """`slower` or `faster`, as a whole; "" where they did not run alike, or to their ends."""
        known = self.here.took_s and self.there.took_s
        if self.options or not known or self.here.is_red or self.there.is_red:
            return ""
        return _pace(self.here.took_s, self.there.took_s)

    @property
    def path(self) -> list[Pair]:
        """The steps of both where they took another path; none where it is the same."""
        here, there = self.here.summary.seen_path, self.there.summary.seen_path
        if not there or here == there:
            return []
        return [
            Pair(left=one, right=other, differs=tag != "equal")
            for tag, start, end, new_start, new_end in _opcodes(there, here)
            for one, other in zip_longest(there[start:end], here[new_start:new_end], fillvalue="")
        ]

    @property
    def versions(self) -> list[tuple[str, str, str]]:
        """What is of another version: its name, there and here."""
        return _differing(self.there.programs, self.here.programs)

    @property
    def options(self) -> list[tuple[str, str, str]]:
        """What it was run with that is another."""
        return _differing(self.there.summary.options, self.here.summary.options)


def _differing(there: Mapping[str, str], here: Mapping[str, str]) -> list[tuple[str, str, str]]:
    return [
        (name, there.get(name, "-"), here.get(name, "-"))
        for name in dict.fromkeys((*there, *here))
        if there and here and there.get(name) != here.get(name)
    ]
