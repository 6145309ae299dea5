"""Serial over LAN as a person has it: ipmitool's own `sol activate`, kept open.

What it shows goes to a log of the evidence; keys, `~.` and `~B` among them, come from a pipe.
Without a terminal it would keep what it shows to itself: stdbuf(1) is against that.
"""

import os
import signal
from collections.abc import Sequence
from pathlib import Path
from typing import Self

from harness import logwatch
from harness.deadline import Deadline, Pace
from harness.errors import CommandError
from harness.lab.namespace import Namespace
from harness.process import Process

_TIMEOUT_S = 60.0


class SolClient:
    """One such client, between `__enter__` and `__exit__`."""

    def __init__(
        self, namespace: Namespace, command: Sequence[str], *, log_path: Path, pace: Pace
    ) -> None:
        """Keep what to run, and where what it shows is to go."""
        self.command = command
        self.log_path = log_path
        self._namespace = namespace
        self._timeout_s = pace.for_both(_TIMEOUT_S)
        self._seen = 0
        self._started: Process | None = None

    def __enter__(self) -> Self:
        """Start it."""
        self._seen = logwatch.size(self.log_path)
        at_once = ["stdbuf", "--output=0", *self.command]
        self._started = self._namespace.start(at_once, log_path=self.log_path, pipe_stdin=True)
        return self

    def __exit__(self, *_: object) -> None:
        """End it without a word, as a lost connection does; harmless when it has ended."""
        if self._started is not None:
            self._namespace.signal(self._started, signal.SIGKILL)
            self._started.close()

    def send(self, keys: str) -> None:
        """Type; behind a newline `~.` and `~B` are for the client itself."""
        os.write(self._running.stdin_fd, keys.encode())

    def wait_for(self, text: str) -> None:
        """Wait until it shows a text, behind the one that was waited for before.

        Raises:
            CommandError: it does not, or has ended; with the last that it has shown.
        """
        running, deadline = self._running, Deadline(self._timeout_s, repr(text))
        logwatch.wait_until(
            lambda: text in self._shown() or not running.alive,
            deadline=deadline,
            pause=running.wait,
        )
        before, found, _ = self._shown().partition(text)
        if not found:
            raise CommandError(self.command, exit_code=running.exit_code, output=self._shown())
        self._seen += len((before + found).encode())

    def wait_for_end(self) -> None:
        """Wait until it has ended; raises a CommandError when it does not."""
        if self._running.wait(self._timeout_s) is None:
            raise CommandError(self.command, exit_code=None, output=self._shown())

    def _shown(self) -> str:
        return logwatch.read(self.log_path, since=self._seen)

    @property
    def _running(self) -> Process:
        if self._started is None:
            raise CommandError(self.command, exit_code=None, output="it was not started")
        return self._started
