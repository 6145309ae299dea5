"""A line that tells of a failed boot: found at once, tolerated by name, or raised as an error.

The console asks about every line, so that a failed boot is named in a second instead
of at the end of a long wait. Some of these lines are normal in a good boot; a wait
tolerates those by name or by a pattern on the line. The lines are `failure_table`'s.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from harness.errors import BootError
from harness.loaders.base import Failure

Tolerated: TypeAlias = str | re.Pattern[str]
"""A failure's name, or a pattern that is looked for in the failing line."""


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

    def __init__(
        self, finding: Finding, what: str, *, last_lines: Sequence[str], log_path: Path
    ) -> None:
        """Lead with the guest's own words."""
        self.finding = finding
        failure = finding.failure
        likely = (f"look first at: {failure.likely}",) if failure.likely else ()
        meaning = f"{failure.meaning}: {finding.line}" if failure.is_cause else failure.meaning
        super().__init__(
            f'the guest said "{finding.line}" while {what} was waited for'
            f" ({failure.name}, {finding.at_s:.1f} s after power-on)",
            causes=(meaning, *likely),
            last_lines=last_lines,
            log_path=log_path,
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
