"""Reading a guest's serial line: the one owner of pexpect.

A thread reads and records whether anybody waits or not. What it read is drawn
on the screen and searched in the order in which it came, by whoever waits.
"""

import queue
import re
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, TypeAlias, cast

import pexpect
from pexpect.spawnbase import SpawnBase

from harness.errors import GuestError
from harness.guest.console.reflex import Reflexes
from harness.guest.console.serial_line import SerialLine
from harness.guest.console.transcript import Transcript
from harness.guest.console.wait import SLICE_S, Output

if TYPE_CHECKING:
    _Spawn: TypeAlias = SpawnBase[str]
else:
    _Spawn = SpawnBase

_BITES = re.compile(rb".(?:(?!\x1b\[(?:2J|\d+;\d+H)).){0,127}", re.DOTALL)
"""What is drawn before a screen is looked at: nothing beyond a clearing, nor a move of the cursor.

Two redraws of a count-down may come at once, of which the first says what it began from.
"""


class Reader(_Spawn):
    """pexpect on the guest's line: a thread reads and records, `read_nonblocking` hands out."""

    def __init__(self, line: SerialLine, transcript: Transcript, output: Output) -> None:
        """Attach to the line, and begin to read and to record."""
        super().__init__(encoding="utf-8")
        line.attach()
        self.kept = ""
        """Text that was drawn while a screen was waited for, and not searched yet."""
        self.ended = False
        """Whether the last search found the guest gone."""
        self.line = line
        self.reflexes = Reflexes()
        """Keys that are pressed without anybody's waiting."""
        self._output = output
        self._transcript = transcript
        self._chunks: queue.SimpleQueue[tuple[bytes, float] | OSError | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._read_on, name="console", daemon=True)
        self._thread.start()

    def _read_on(self) -> None:
        """Read and record until the guest's side closes, or `stop`."""
        end: OSError | None = None
        going_on = True
        try:
            while going_on:
                going_on = self.line.wait_for_output()
                if data := self.line.read():
                    self._react(data)
                    at_s = self._transcript.received(data)
                    for bite in _BITES.findall(data):
                        self._chunks.put((bite, at_s))
                going_on = going_on and data != b""
        except OSError as error:
            end = error
        self._chunks.put(end)

    def _react(self, data: bytes) -> None:
        """Press the key of the reflex when what came together with this is its sign."""
        if (key := self.reflexes.due(data)) is not None:
            # Who has ended takes no key: that is told where its output ends.
            with suppress(OSError):
                self.line.send(key.encode())
                self._transcript.sent(key)

    def advance(self, timeout_s: float) -> str:
        """Draw the next chunk and give its text; raises as pexpect does when there is none."""
        try:
            chunk = self._chunks.get(timeout=max(0.0, timeout_s))
        except queue.Empty:
            raise pexpect.TIMEOUT("nothing more") from None
        if isinstance(chunk, tuple):
            return self._output.draw(*chunk)
        self._chunks.put(chunk)
        if chunk is not None:
            raise GuestError(f"the console cannot be recorded: {chunk}") from chunk
        raise pexpect.EOF("the guest's side closed")

    def read_nonblocking(self, size: int = 1, timeout: float | None = -1) -> str:
        """Give pexpect the text to search next; none before a failure is looked at."""
        if self.kept:
            text, self.kept = self.kept, ""
            return text
        if self._output.watch.unanswered:
            raise pexpect.TIMEOUT("a failure is to be looked at")
        return self.advance(SLICE_S if timeout is None else timeout)

    def search(self, pattern: re.Pattern[str]) -> bool:
        """Search what comes within a slice of time; give whether the pattern matches."""
        found = self.expect_list([pattern, pexpect.TIMEOUT, pexpect.EOF], timeout=SLICE_S)
        self.ended = found == 2
        return found == 0

    def keep(self, timeout_s: float) -> bool:
        """Draw the next chunk if one comes in time, for later search; give whether it ended."""
        try:
            self.kept += self.advance(timeout_s)
        except pexpect.TIMEOUT:
            return False
        except pexpect.EOF:
            return True
        return False

    def keep_all(self, drawn: Callable[[], object]) -> None:
        """Draw all that has come; `drawn` is called after each chunk."""
        while not (self._chunks.empty() or self.keep(0.0)):
            drawn()

    def last_match(self) -> tuple[str, re.Match[str], int]:
        """Give the text up to the match's end, the match, and how much text comes after it."""
        match = cast("re.Match[str]", self.match)
        return f"{self.before}{match.group()}", match, len(self.kept) + len(self.buffer)

    def stop(self) -> None:
        """Read what has come, and end; the line stays open."""
        self.line.interrupt()
        self._thread.join()
