"""A guest's serial console: what it shows, what is waited for, and the keys it is sent.

The console is there before the guest is, so that not a byte is lost.
"""

import re
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Self, TypeVar

from harness.deadline import Pace
from harness.errors import UsageError
from harness.guest.console.failure import Finding, Line, Tolerated
from harness.guest.console.failure_table import FailureTable
from harness.guest.console.patience import GuestDeadline, Patience
from harness.guest.console.reader import Reader
from harness.guest.console.reflex import Keys
from harness.guest.console.screen import Screen
from harness.guest.console.serial_line import SerialLine
from harness.guest.console.transcript import Transcript
from harness.guest.console.wait import (
    Ending,
    Lifeline,
    Output,
    Pattern,
    Seen,
    Wait,
    unknown_ending,
)

_T = TypeVar("_T")

FIRST_BYTE_S = 10.0
"""How long a guest on an idle machine may show nothing at all."""


class Console:
    """The console of one guest, from before its first power-on to its end.

    Enter it just before the guest is switched on: the seconds count from there. Then `attach`,
    and wait. Before it is switched on again, `renew`. Every wait ends early when the guest prints
    a failure (`BootFailedError`), ends (`ConsoleClosedError`) or shows nothing at all
    (`ConsoleSilentError`), and when a lifeline has died; `patience` makes the deadlines.
    """

    def __init__(
        self,
        pipe_path: Path,
        transcript_path: Path,
        *,
        patience: Patience | None = None,
        lifelines: Sequence[Lifeline] = (),
        first_byte_s: float = FIRST_BYTE_S,
        failures: FailureTable | None = None,
        ending: Ending = unknown_ending,
    ) -> None:
        """Remember the line and where to record; `lifelines` are asked several times a second.

        The line is the pipes `pipe_path` with `.in` and with `.out` (see `SerialLine`).
        """
        self._line = SerialLine(pipe_path)
        self._transcript = Transcript(transcript_path)
        self._output = Output(self._transcript.text_path, failures or FailureTable(), ending=ending)
        self._patience = patience or Patience()
        self._lifelines = lifelines
        self._first_byte_s = first_byte_s
        self._first_byte: GuestDeadline | None = None
        """By when it must have said anything; None: it may be silent for as long as it likes."""
        self._quiet_to = 0
        """How long the transcript was when the guest was switched on."""
        self._attached: Reader | None = None

    def __enter__(self) -> Self:
        """Open the line for QEMU, and count the seconds since power-on from now."""
        with ExitStack() as undoing:
            undoing.callback(self.close)
            self._line.open()
            self._transcript.open()
            undoing.pop_all()
        return self

    def attach(self, *, is_warm: bool = False) -> None:
        """Read the line, from the first byte on; QEMU must have opened it, or it is at its end.

        A guest that starts warm has said its first words already: it may wait for servers, and
        firmware does so in silence.
        """
        if self._attached is not None:
            raise UsageError("a console is attached to once", cure="renew() it after a power-off")
        self._quiet_to = self._transcript.length
        self._first_byte = None if is_warm else self._await_first_byte()
        self._attached = Reader(self._line, self._transcript, self._output)

    def renew(self) -> None:
        """Open the line again for a guest that went off; the transcript and its seconds go on."""
        self._detach()
        self._line.open()
        self._output = Output(
            self._transcript.text_path,
            self._output.failures,
            ending=self._output.ending,
            at_s=self._transcript.now_s,
        )

    def _detach(self) -> None:
        """Read what has come, and close the line."""
        if self._attached is not None:
            self._attached.stop()
        self._attached = None
        self._line.close()

    def close(self) -> None:
        """Stop reading and finish the transcript; harmless the second time."""
        self._detach()
        self._transcript.close()

    def __exit__(self, *_: object) -> None:
        """Close."""
        self.close()

    @property
    def screen(self) -> Screen:
        """Give the screen as the last wait left it; `catch_up` gives it as it is now."""
        return self._output.screen

    @property
    def at_s(self) -> float:
        """Give when what the last wait saw was printed, in seconds since the first power-on."""
        return self._output.at_s

    @property
    def guest_s(self) -> float:
        """Give the guest's own seconds since its latest power-on."""
        return self._patience.guest_s()

    @property
    def pace(self) -> Pace:
        """How much longer than on an idle machine with KVM things may take it."""
        return self._patience.pace

    @property
    def length(self) -> int:
        """Give how much text the waits have seen since it was last switched on."""
        return self._output.watch.offset

    @property
    def lines(self) -> Sequence[Line]:
        """Give the lines that have ended since it was last switched on, as far as waits saw."""
        return self._output.watch.lines

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Give the failures that it has printed, whether a wait has looked at them or not."""
        watch = self._output.watch
        found = (*watch.tolerated, *watch.fatal, *watch.unanswered)
        return tuple(sorted(found, key=lambda each: each.start))

    @property
    def normal(self) -> Sequence[Tolerated]:
        """Give what looks like a failure in every good boot."""
        return self._output.failures.normal

    @property
    def tolerated(self) -> tuple[Finding, ...]:
        """Give the failures that waits have let pass, in their order."""
        return tuple(self._output.watch.tolerated)

    @property
    def _reader(self) -> Reader:
        if self._attached is None:
            raise UsageError("the console is not attached yet", cure="call attach() first")
        return self._attached

    def wait_for(
        self,
        pattern: Pattern,
        *,
        timeout_s: float,
        what: str = "",
        tolerate: Sequence[Tolerated] = (),
    ) -> Seen:
        """Wait until the guest prints `pattern`; give what was seen.

        The search begins where the match before it ended, so nothing is missed. Bytes come one
        by one: a pattern that could match less than is meant must end in what follows. Nobody
        reads patterns: whoever waits for one says `what` it is.
        """
        if isinstance(pattern, str):
            what, pattern = what or repr(pattern), re.compile(re.escape(pattern))
        elif not what:
            raise UsageError(
                f"nobody can read what {pattern.pattern!r} is waited for", cure="say it: what="
            )
        wait = self._begin(what, timeout_s, tolerate)
        while not self._reader.search(pattern):
            self._between(wait, ended=self._reader.ended)
        text, match, rest = self._reader.last_match()
        end = self._output.watch.offset - rest
        start = end - len(match.group())
        self._output.watch.matched(start, end)
        wait.raise_failure(before=start)
        return Seen(text=text, match=match, at_s=self._output.at_s)

    def wait_for_screen(
        self,
        what: str,
        predicate: Callable[[Screen], _T | None],
        *,
        timeout_s: float,
        tolerate: Sequence[Tolerated] = (),
    ) -> _T:
        """Wait until `predicate` finds on the screen what it looks for; give that.

        It is asked after each few bytes that are drawn, so a state that lasts
        only briefly is seen. Text that comes meanwhile is left to `wait_for`.
        """
        wait = self._begin(what, timeout_s, tolerate)
        while (found := predicate(self.screen)) is None:
            if self._step(wait):
                self._between(wait, ended=True)
        return found

    def wait_for_end(self, *, timeout_s: float, tolerate: Sequence[Tolerated] = ()) -> float:
        """Wait until the guest is gone; give its last sign of life in seconds since power-on."""
        wait = self._begin("the guest's power-off", timeout_s, tolerate)
        while not self._step(wait):
            pass
        return self._output.at_s

    def _step(self, wait: Wait) -> bool:
        """Draw a little more; give whether the guest is gone.

        What was drawn is judged in the next step: a state that is looked for may have been
        reached before the failure that follows it in the same few bytes.
        """
        wait.raise_failure()
        if wait.slice.expired:
            self._between(wait, ended=False)
        return self._reader.keep(wait.slice.remaining_s)

    def _begin(self, what: str, timeout_s: float, tolerate: Sequence[Tolerated]) -> Wait:
        deadline = self._patience.deadline(timeout_s, what)
        return Wait(self._output, deadline, lifelines=self._lifelines, tolerate=tolerate)

    def _between(self, wait: Wait, *, ended: bool) -> None:
        """Look at the lab and the clock while nothing matches."""
        wait.between(ended=ended)
        first = self._first_byte
        if first is not None and self._transcript.length == self._quiet_to and first.expired:
            raise self._output.silent(first)
        wait.raise_timeout()

    def _await_first_byte(self) -> GuestDeadline:
        """Begin the time that a guest has to say anything."""
        return self._patience.deadline(self._first_byte_s, "the first byte", of_servers=False)

    def catch_up(self, look: Callable[[Screen], object] = lambda _screen: None) -> Screen:
        """Draw all that has come, and give the screen as it is now.

        `look` is called after each few bytes: a state that lasts only briefly is seen.
        """
        self._reader.keep_all(lambda: look(self.screen))
        return self.screen

    def press_at(self, keys: Keys, *, again: bool = False) -> None:
        """Press one key once, as soon as the guest sends its sign: no wait looks as soon.

        With `again` only in what it has drawn before.
        """
        self._reader.reflexes.arm(keys, again=again)

    def on_output(self, listener: Callable[[bytes], object]) -> None:
        """Hand `listener` what the guest says, in the thread that reads it: do not block."""
        self._transcript.listener = listener

    def send(self, keys: str) -> None:
        """Send keys as a terminal would (see `keyboard.Key`)."""
        self._transcript.sent(keys)
        try:
            self._reader.line.send(keys.encode())
        except OSError as error:
            raise self._output.closed(f"the key {keys!r} was sent") from error
