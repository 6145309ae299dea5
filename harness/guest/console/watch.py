"""Watch a guest's text for failures, line by line, and keep what no wait has answered for yet."""

from collections.abc import Sequence

from harness.guest.console.failure import Finding, Tolerated
from harness.guest.console.failure_table import FailureTable
from harness.loaders.base import Failure

_LONGEST_LINE = 4096
_MOST_FINDINGS = 1000
"""Kept at a time: a guest that fails in a loop has said enough by then."""
_OFTEN = 5
"""So often in a row no boot fetches the same file."""


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
        self._open: list[Finding] = []
        self._matched = (0, 0)
        self._line = ""
        self._line_start = 0
        self._judged = False
        self._fetched = ""
        self._times = 0

    def feed(self, text: str, at_s: float) -> None:
        """Take more text in and judge the lines that it ends."""
        *ended, rest = text.split("\n")
        for part in ended:
            self._take(part, length=len(part) + 1)
            self.judge_line(at_s)
            self._judge_repetition(at_s)
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

    def _judge_repetition(self, at_s: float) -> None:
        line = self._line.strip()
        if (failure := self._table.find_repeated(line)) is None:
            return
        self._times = self._times + 1 if line == self._fetched else 1
        self._fetched = line
        if self._times == _OFTEN:
            self._found(failure, at_s)

    def _found(self, failure: Failure, at_s: float) -> None:
        """Keep what the present line tells until a wait asks."""
        if len(self._open) >= _MOST_FINDINGS:
            return
        line = " ".join(self._line.split())
        self._open.append(
            Finding(failure=failure, line=line, at_s=at_s, start=self._line_start, end=self.offset)
        )

    def matched(self, start: int, end: int) -> None:
        """Say where the text lies that a wait was for: its lines are no failures."""
        self._matched = (start, end)

    @property
    def has_open(self) -> bool:
        """Whether there is a finding that no wait has answered for yet."""
        return bool(self._open)

    def first(self, tolerate: Sequence[Tolerated], *, before: int | None = None) -> Finding | None:
        """Give the first open failure that is not tolerated, of those that came `before`."""
        while self._open and (before is None or self._open[0].start < before):
            finding = self._open.pop(0)
            if not (self._was_for(finding) or finding.tolerated_by(tolerate)):
                return finding
            self.tolerated.append(finding)
            del self.tolerated[:-_MOST_FINDINGS]
        return None

    def _was_for(self, finding: Finding) -> bool:
        start, end = self._matched
        return finding.start < end and start < finding.end
