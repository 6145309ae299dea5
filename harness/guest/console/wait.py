"""Waiting on a guest's console: what is looked for, what may pass, and what ends it early.

The reading itself is `console`'s.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeAlias, TypeVar

from harness.deadline import Deadline
from harness.errors import GUESS, BootError, Facts, UsageError
from harness.guest.console.failure import (
    BootFailedError,
    BootTimeoutError,
    ConsoleClosedError,
    ConsoleSilentError,
    FailureWatch,
    Tolerated,
)
from harness.guest.console.failure_table import FailureTable
from harness.guest.console.patience import GuestDeadline
from harness.guest.console.screen import Screen
from harness.guest.console.terminal import Decoder, PlainText

Pattern: TypeAlias = str | re.Pattern[str]
"""A literal text, or a compiled pattern; it is looked for in the plain text."""

Ending: TypeAlias = Callable[[], str]
"""Tells how a guest that is gone has ended, continuing "the guest …"; empty when unknown.

It may wait a moment for who knows.
"""

_ENDED_SOMEHOW = "powered itself off, or its QEMU crashed or was ended"

_E = TypeVar("_E", bound=BootError)

SLICE_S = 0.25
"""How often a wait asks whether all that it depends on is still alive."""


class Lifeline(Protocol):
    """What must be alive for a wait to end well: the machine itself, the daemons of its lab."""

    def verify_alive(self) -> None:
        """Raise an error with its last words if it has ended by itself."""


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What a wait has seen."""

    text: str
    """Everything since the match before, up to the end of this one."""
    match: re.Match[str]
    at_s: float
    """Seconds since power-on."""


def unknown_ending() -> str:
    """Know nothing of how a guest ended."""
    return ""


class Output:
    """All that a guest has printed, as far as it has been looked at."""

    def __init__(
        self,
        log_path: Path,
        failures: FailureTable,
        *,
        ending: Ending = unknown_ending,
        at_s: float = 0.0,
    ) -> None:
        """Start with nothing, at this time."""
        self.screen = Screen()
        self.ending = ending
        self.failures = failures
        self.watch = FailureWatch(failures)
        self.log_path = log_path
        self.at_s = at_s
        """When the last of it came, in seconds since power-on."""
        self._decoder = Decoder()
        self._plain = PlainText()

    def draw(self, data: bytes, at_s: float) -> str:
        """Draw bytes, judge the lines that they end, and give their text."""
        self.at_s = at_s
        pieces = self._decoder.feed(data)
        self.screen.feed(pieces)
        text = self._plain.feed(pieces)
        self.watch.feed(text, at_s)
        return text

    @property
    def facts(self) -> Facts:
        """Give what an error shows of it."""
        return {"last_lines": self.screen.lines, "log_path": self.log_path}

    def closed(self, when: str) -> ConsoleClosedError:
        """Make the error for a guest that is gone."""
        return ConsoleClosedError(
            f"the guest's console ended while {when}",
            causes=(f"the guest {self.ending() or _ENDED_SOMEHOW}",),
            **self.facts,
        )

    def silent(self, deadline: GuestDeadline) -> ConsoleSilentError:
        """Make the error for a guest that has not printed one byte."""
        return ConsoleSilentError(
            f"the guest printed nothing: not one byte in {deadline.elapsed_guest_s:.0f} s of its "
            f"time ({deadline.elapsed_s:.0f} s here) after power-on",
            causes=(
                "its firmware does not run, or does not write to the serial port",
                f"{GUESS}the firmware's files, the accelerator, the serial port",
            ),
            **self.facts,
        )


class Wait:
    """One wait: for what, until when, and what it lets pass."""

    def __init__(
        self,
        output: Output,
        deadline: GuestDeadline,
        *,
        lifelines: Sequence[Lifeline],
        tolerate: Sequence[Tolerated],
    ) -> None:
        """Begin to wait."""
        known = output.failures.names
        unknown = sorted({name for name in tolerate if isinstance(name, str)} - known)
        if unknown:
            raise UsageError(
                f"{', '.join(unknown)}: no failure has this name",
                cure=f"one of: {', '.join(sorted(known))}",
            )
        self.what = deadline.what
        self._output = output
        self._deadline = deadline
        self._lifelines = lifelines
        self._tolerate = (*output.failures.normal, *tolerate)
        self._begin_slice()

    def _begin_slice(self) -> None:
        """Begin a stretch of time at whose end the lab is looked at."""
        self._heard = self._output.watch.offset
        self.slice = Deadline(SLICE_S, self.what)
        """When it is time for `between`."""

    def raise_failure(self, *, before: int | None = None) -> None:
        """Raise the first failure that this wait does not tolerate."""
        finding = self._output.watch.first(self._tolerate, before=before)
        if finding is None:
            return
        failed = self._at(BootFailedError(finding, self.what, **self._output.facts))
        # A daemon that died is the cause of what the guest complains about.
        self._verify_alive()
        raise failed

    def between(self, *, ended: bool) -> None:
        """Do what is due several times a second while nothing matches."""
        if ended or self._heard == self._output.watch.offset:
            # Nothing more comes: the present line is a prompt, or the last words.
            self._output.watch.judge_line(self._output.at_s)
        self._begin_slice()
        if ended:
            # The line closes before the hypervisor has said why: a panic is no power-off.
            self._output.ending()
        self._verify_alive()
        self.raise_failure()
        if ended:
            raise self._at(self._output.closed(f"{self.what} was waited for"))

    def _verify_alive(self) -> None:
        for lifeline in self._lifelines:
            lifeline.verify_alive()

    def raise_timeout(self) -> None:
        """Raise when the time is over."""
        if not self._deadline.expired:
            return
        passed = self._output.watch.tolerated[-3:]
        late = BootTimeoutError(
            str(self._deadline),
            causes=[f'let pass before: "{finding.line}"' for finding in passed],
            **self._output.facts,
        )
        late.timeout_s = self._deadline.timeout_s
        raise self._at(late)

    def _at(self, error: _E) -> _E:
        """Note when, by the guest's clock, a wait has failed."""
        error.guest_s = self._deadline.guest_s()
        return error
