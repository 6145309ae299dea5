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
from harness.guest.console.failure_table import FAILURES, Failure

Tolerated: TypeAlias = str | re.Pattern[str]
"""A failure's name, or a pattern that is looked for in the failing line."""

ALWAYS_NORMAL: tuple[Tolerated, ...] = (
    # iPXE as an EFI program asks for this file before anything else, and goes on without it.
    re.compile(r"\bautoexec\.ipxe"),
    # GRUB hands the kernel a screen, and these guests have none.
    re.compile(r"^error: no suitable video mode found\."),
    # The NIC's error counters, which iPXE shows with the link's state.
    re.compile(r"\[[TR]XE: \d+ x "),
)
"""Lines that look like failures in every good boot."""

_ANY = re.compile("|".join(f"(?:{failure.pattern.pattern})" for failure in FAILURES))


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


def find_failure(line: str) -> Failure | None:
    """Give the failure that a line tells of, if any."""
    if _ANY.search(line) is None:
        return None
    return next(failure for failure in FAILURES if failure.pattern.search(line))


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
