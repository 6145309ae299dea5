"""A guest's serial console: the one owner of pexpect.

QEMU connects to a socket on which the harness listens first, so that not a
byte is lost. A thread reads on whether anybody waits or not; what it read is
drawn on the screen and searched in the order in which it came, by whoever waits.
"""

import queue
import re
import socket
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Self, TypeAlias, TypeVar, cast

import pexpect
from pexpect.socket_pexpect import SocketSpawn

from harness.deadline import Deadline, Pace
from harness.errors import GuestError, UsageError
from harness.guest.failure import Finding, Tolerated
from harness.guest.listener import Listener
from harness.guest.screen import Screen
from harness.guest.transcript import Transcript
from harness.guest.wait import SLICE_S, Output, Pattern, Seen, Wait, compiled, spoken

if TYPE_CHECKING:
    _Spawn: TypeAlias = SocketSpawn[str]
else:
    _Spawn = SocketSpawn

_T = TypeVar("_T")

FIRST_BYTE_S = 10.0
"""How long a guest on an idle machine may show nothing at all."""

_GATHER_S = 0.002
"""How long the reader lets bytes gather: QEMU hands them out one by one, and waking for each
would take a core from the guests. The kernel holds 278 such writes, the guest waits for more."""

_BITES = re.compile(rb".(?:(?!\x1b\[2J).){0,127}", re.DOTALL)
"""What is drawn before a screen is looked at: not two redraws, and nothing beyond a clearing."""


class _Reader(_Spawn):
    """pexpect on the guest's socket: a thread reads and records, `read_nonblocking` hands out."""

    def __init__(
        self, connection: socket.socket, transcript: Transcript, draw: Callable[[bytes, float], str]
    ) -> None:
        """Take over a connection and begin to read; `draw` makes text of bytes."""
        super().__init__(connection, encoding="utf-8")
        self.delayafterread = None
        self.kept = ""
        """Text that was drawn while a screen was waited for, and not searched yet."""
        self._draw = draw
        self._transcript = transcript
        self._chunks: queue.SimpleQueue[tuple[bytes, float] | OSError | None] = queue.SimpleQueue()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._read_on, name="console", daemon=True)
        self._thread.start()

    def _read_on(self) -> None:
        """Read and record until the guest's side closes."""
        end: OSError | None = None
        try:
            while data := self._read():
                at_s = self._transcript.received(data)
                for bite in _BITES.findall(data):
                    self._chunks.put((bite, at_s))
                self._closing.wait(_GATHER_S)
        except OSError as error:
            end = error
        self._chunks.put(end)

    def _read(self) -> bytes:
        """Give the next bytes; none when the guest's side has closed."""
        with suppress(pexpect.EOF, ConnectionError):
            # SocketSpawn gives bytes whatever the encoding is.
            return cast(bytes, super().read_nonblocking(4096, None))
        return b""

    def advance(self, timeout_s: float) -> str:
        """Draw the next chunk and give its text; raises as pexpect does when there is none."""
        try:
            chunk = self._chunks.get(timeout=max(0.0, timeout_s))
        except queue.Empty:
            raise pexpect.TIMEOUT("nothing more") from None
        if isinstance(chunk, tuple):
            return self._draw(*chunk)
        self._chunks.put(chunk)
        if chunk is not None:
            raise GuestError(f"the console cannot be recorded: {chunk}") from chunk
        raise pexpect.EOF("the guest's side closed")

    def read_nonblocking(self, size: int = 1, timeout: float | None = -1) -> str:
        """Give pexpect the text to search next."""
        if self.kept:
            text, self.kept = self.kept, ""
            return text
        return self.advance(SLICE_S if timeout is None else timeout)

    def keep(self, timeout_s: float) -> bool:
        """Draw the next chunk if one comes in time, for later search; give whether it ended."""
        try:
            self.kept += self.advance(timeout_s)
        except pexpect.TIMEOUT:
            return False
        except pexpect.EOF:
            return True
        return False

    def keep_all(self) -> None:
        """Draw all that has come."""
        while not (self._chunks.empty() or self.keep(0.0)):
            pass

    def last_match(self) -> tuple[str, re.Match[str], int]:
        """Give the text up to the match's end, the match, and how much text comes after it."""
        match = cast("re.Match[str]", self.match)
        return f"{self.before}{match.group()}", match, len(self.kept) + len(self.buffer)

    def stop(self) -> None:
        """Close the connection and wait for the reader's end."""
        self._closing.set()
        with suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self.socket.close()


class Console:
    """The console of one guest, from before its power-on to its end.

    Enter it (it listens then), start the guest, `attach`, and wait. Every wait ends early when
    the guest prints a failure (`BootFailedError`), ends (`ConsoleClosedError`) or shows nothing
    at all (`ConsoleSilentError`), and when `check` raises; `pace` stretches the deadlines.
    """

    def __init__(
        self,
        socket_path: Path,
        transcript_path: Path,
        *,
        pace: Pace | None = None,
        check: Callable[[], None] = lambda: None,
        burned_s: Callable[[], float] = lambda: 0.0,
        first_byte_s: float = FIRST_BYTE_S,
    ) -> None:
        """Remember where to listen and to record; `check` is asked several times a second.

        `burned_s` gives the CPU seconds that the guest has used: one that has used
        `first_byte_s` of them and is silent will stay so, however slow its host is.
        """
        self._listener = Listener(socket_path)
        self._transcript = Transcript(transcript_path)
        self._output = Output(self._transcript.text_path)
        self._pace = pace or Pace()
        self._check = check
        self._burned_s = burned_s
        self._first_byte_s = first_byte_s
        self._attached: _Reader | None = None

    def __enter__(self) -> Self:
        """Listen, so that QEMU can connect before the guest prints its first byte."""
        self._listener.open()
        self._transcript.open()
        return self

    def attach(self, timeout_s: float = 10.0) -> None:
        """Take QEMU's connection; the seconds since power-on count from here."""
        connection = self._listener.accept(self._pace.stretch(timeout_s), self._check)
        self._listener.close()
        self._transcript.start_clock()
        self._attached = _Reader(connection, self._transcript, self._output.draw)

    def close(self) -> None:
        """Stop reading and finish the transcript; harmless the second time."""
        self._listener.close()
        if self._attached is not None:
            self._attached.stop()
        self._transcript.close()

    def __exit__(self, *_: object) -> None:
        """Close."""
        self.close()

    @property
    def screen(self) -> Screen:
        """Give the screen as the last wait left it; `catch_up` gives it as it is now."""
        return self._output.screen

    @property
    def tolerated(self) -> tuple[Finding, ...]:
        """Give the failures that waits have let pass, in their order."""
        return tuple(self._output.watch.tolerated)

    @property
    def _reader(self) -> _Reader:
        """Give the attached reader."""
        if self._attached is None:
            raise UsageError("the console is not attached yet", cure="call attach() first")
        return self._attached

    def wait_for(
        self,
        *patterns: Pattern,
        timeout_s: float,
        what: str = "",
        tolerate: Sequence[Tolerated] = (),
    ) -> Seen:
        """Wait until the guest prints one of `patterns`; give what was seen.

        The search begins where the match before it ended, so nothing is missed. Bytes come one
        by one: a pattern that could match less than is meant must end in what follows.
        """
        wait = self._begin(what or spoken(patterns), timeout_s, tolerate)
        ends = (pexpect.TIMEOUT, pexpect.EOF)
        while True:
            found = self._reader.expect_list([*map(compiled, patterns), *ends], timeout=SLICE_S)
            if found < len(patterns):
                return self._seen(patterns[found], wait)
            self._between(wait, ended=ends[found - len(patterns)] is pexpect.EOF)

    def _seen(self, pattern: Pattern, wait: Wait) -> Seen:
        """Say what matched, unless a failure came before it."""
        text, match, rest = self._reader.last_match()
        end = self._output.watch.offset - rest
        start = end - len(match.group())
        self._output.watch.matched(start, end)
        wait.raise_failure(before=start)
        return Seen(text=text, match=match, at_s=self._output.at_s, pattern=pattern)

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
        """Draw a little more; give whether the guest is gone."""
        ended = self._reader.keep(wait.slice_left_s)
        wait.raise_failure()
        if wait.slice_over and not ended:
            self._between(wait, ended=False)
        return ended

    def _begin(self, what: str, timeout_s: float, tolerate: Sequence[Tolerated]) -> Wait:
        """Begin a wait."""
        deadline = Deadline(self._pace.stretch(timeout_s), what)
        return Wait(self._output, deadline, check=self._check, tolerate=tolerate)

    def _between(self, wait: Wait, *, ended: bool) -> None:
        """Look at the lab and the clock while nothing matches."""
        wait.between(ended=ended)
        if self._transcript.length == 0:
            self._verify_not_silent()
        wait.raise_timeout()

    def _verify_not_silent(self) -> None:
        """Raise when a guest that has printed nothing had its time to do so."""
        now_s = self._transcript.now_s
        allowed_s = self._pace.stretch(self._first_byte_s)
        if now_s > allowed_s or self._burned_s() > self._first_byte_s:
            raise self._output.silent(now_s)

    def catch_up(self) -> Screen:
        """Draw all that has come, and give the screen as it is now."""
        self._reader.keep_all()
        return self.screen

    def send(self, keys: str) -> None:
        """Send keys as a terminal would (see `keyboard.Key`)."""
        self._transcript.sent(keys)
        try:
            self._reader.send(keys)
        except OSError as error:
            raise self._output.closed(f"the key {keys!r} was sent") from error
