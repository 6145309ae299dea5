"""A line that tells of a failed boot: found at once, tolerated by name, or raised as an error.

The console asks about every line, so that a failed boot is named in a second instead
of at the end of a long wait. Some of these lines are normal in a good boot; a wait
tolerates those by name or by a pattern on the line. The lines are `failure_table`'s.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias, Unpack

from harness.errors import GUESS, BootError, Facts
from harness.guest.console.failure_table import CHANT, FailureTable
from harness.loaders.base import Failure
from harness.rounds import goes_round

Tolerated: TypeAlias = str | re.Pattern[str]
"""A failure's name, or a pattern that is looked for in the failing line."""


_LONGEST_LINE = 4096
_MOST_FINDINGS = 1000
"""Kept at a time: a guest that fails in a loop has said enough by then."""
_MOST_LINES = 100_000
_OF_FILES, _ROUNDS = range(1, 9), 2
"""Files of a circle that is looked for, and how often it has been gone round."""
_OF_LINES, _TIMES = range(1, 5), 25
"""The same of lines that are nothing but told: who waits may say so, again and again."""
_WORD = re.compile(r"[^\W\d_]{2}")
"""A line without one is drawn, not told: the sides of a menu's box, say."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """A failure that a guest printed."""

    failure: Failure
    line: str
    at_s: float
    """Seconds since power-on."""
    start: int
    end: int
    """Where its line begins and ends in the text."""

    def tolerated_by(self, tolerate: Sequence[Tolerated]) -> bool:
        """Whether a wait that tolerates these lets it pass."""
        return any(
            self.failure.name == normal if isinstance(normal, str) else normal.search(self.line)
            for normal in tolerate
        )


class BootFailedError(BootError):
    """A guest printed that its boot has failed: `finding` says what and when."""

    def __init__(self, finding: Finding, what: str, **facts: Unpack[Facts]) -> None:
        """Lead with the guest's own words."""
        self.finding = finding
        failure = finding.failure
        likely = (f"{GUESS}{failure.likely}",) if failure.likely else ()
        meaning = f"{failure.meaning}: {finding.line}" if failure.is_cause else failure.meaning
        super().__init__(
            f'the guest said "{finding.line}" while {what} was waited for'
            f" ({failure.name}, {finding.at_s:.1f} s after power-on)",
            causes=(meaning, *likely),
            **facts,
        )

    @property
    def says_why(self) -> bool:
        """Whether the guest's own line is the cause."""
        return self.finding.failure.is_cause


class BootTimeoutError(BootError):
    """What was waited for did not come, and nothing said why."""

    timeout_s = 0.0
    """How long it was waited for, in the guest's seconds."""


class ConsoleSilentError(BootError):
    """A guest printed nothing at all."""


class ConsoleClosedError(BootError):
    """A guest's console ended: it powered off, or its QEMU is gone."""


class Line(NamedTuple):
    """A line that has ended."""

    text: str
    end: int
    """Where it ends in the text."""


class FailureWatch:
    """Judges each line once: when it ends, or when asked about a prompt.

    A finding stays open until a wait asks: it then fails the wait, or is
    tolerated by it, or is the very line that the wait was for.
    """

    def __init__(self, table: FailureTable) -> None:
        """Start at the beginning of a line."""
        self._table = table
        self.offset = 0
        """How much text has been seen."""
        self.tolerated: list[Finding] = []
        self.fatal: list[Finding] = []
        """Findings that have failed a wait."""
        self.unanswered: list[Finding] = []
        """Findings that no wait has answered for yet."""
        self.lines: list[Line] = []
        """All that have ended, as far as anybody reads them."""
        self._matched = (0, 0)
        self._line = ""
        self._line_start = 0
        self._judged = False
        self._fetched: list[str] = []
        self._goes_round = False
        self._told: list[str] = []
        self._chants = False

    def feed(self, text: str, at_s: float) -> None:
        """Take more text in and judge the lines that it ends."""
        *ended, rest = text.split("\n")
        for part in ended:
            self._take(part, length=len(part) + 1)
            if len(self.lines) < _MOST_LINES:
                self.lines.append(Line(self._line, self.offset))
            self.judge_line(at_s)
            self._judge_repetition(at_s)
            self._judge_chant(at_s)
            self._line, self._line_start, self._judged = "", self.offset, False
        self._take(rest, length=len(rest))

    def _take(self, part: str, *, length: int) -> None:
        self._line = (self._line + part)[-_LONGEST_LINE:]
        self.offset += length

    def judge_line(self, at_s: float) -> None:
        """Judge the present line though it may not have ended: a prompt never does."""
        if self._judged or (failure := self._table.find(self._line)) is None:
            return
        self._judged = True
        self._found(failure, at_s)

    def _judge_chant(self, at_s: float) -> None:
        """Tell once of lines that come again and again, whoever prints them."""
        line = self._line.strip()
        if self._chants or _WORD.search(line) is None:
            return
        self._told = [*self._told, line][-_TIMES * _OF_LINES.stop :]
        if goes_round(self._told, sizes=_OF_LINES, rounds=_TIMES):
            self._chants = True
            self._found(CHANT, at_s)

    def _judge_repetition(self, at_s: float) -> None:
        """Tell once of a circle: the same files twice in the same order, and then the first."""
        line = self._line.strip()
        if self._goes_round or (failure := self._table.find_repeated(line)) is None:
            return
        self._fetched = [*self._fetched, line.partition("...")[0]][-_ROUNDS * _OF_FILES.stop :]
        if goes_round(self._fetched, sizes=_OF_FILES, rounds=_ROUNDS):
            self._goes_round = True
            self._found(failure, at_s)

    def _found(self, failure: Failure, at_s: float) -> None:
        """Keep what the present line tells until a wait asks."""
        if len(self.unanswered) >= _MOST_FINDINGS:
            return
        line = " ".join(self._line.split())
        self.unanswered.append(
            Finding(failure=failure, line=line, at_s=at_s, start=self._line_start, end=self.offset)
        )

    def matched(self, start: int, end: int) -> None:
        """Say where the text lies that a wait was for: its lines are no failures."""
        self._matched = (start, end)

    def first(self, tolerate: Sequence[Tolerated], *, before: int | None = None) -> Finding | None:
        """Give the first open failure that is not tolerated, of those that came `before`."""
        while self.unanswered and (before is None or self.unanswered[0].start < before):
            finding = self.unanswered.pop(0)
            if not (self._was_for(finding) or finding.tolerated_by(tolerate)):
                self.fatal.append(finding)
                return finding
            self.tolerated.append(finding)
            del self.tolerated[:-_MOST_FINDINGS]
        return None

    def _was_for(self, finding: Finding) -> bool:
        start, end = self._matched
        return finding.start < end and start < finding.end
