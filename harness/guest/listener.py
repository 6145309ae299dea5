"""The socket on which the harness awaits a guest's serial line: QEMU connects to it.

Listening first is what loses no byte; attaching to a socket of QEMU's half a
second late lost all early output.
"""

import os
import socket
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from harness.deadline import Deadline
from harness.errors import GuestError, UsageError

_LONGEST_PATH = 107
"""A socket's address has 108 bytes for its path, the last one is a zero."""

_SLICE_S = 0.25


class Listener:
    """A unix socket that takes one connection."""

    def __init__(self, path: Path) -> None:
        """Remember where; `open` listens."""
        self.path = path
        self._socket: socket.socket | None = None

    def open(self) -> None:
        """Listen, in the place of a socket that an earlier guest left there."""
        if len(os.fsencode(self.path)) > _LONGEST_PATH:
            raise UsageError(
                f"{self.path}: a socket's path has at most {_LONGEST_PATH} bytes,"
                f" this one has {len(os.fsencode(self.path))}",
                cure="put the console's socket into a directory with a shorter path",
            )
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            self.path.unlink(missing_ok=True)
            self._socket.bind(os.fspath(self.path))
            self._socket.listen(1)
        except OSError as error:
            self._socket.close()
            self._socket = None
            raise GuestError(f"{self.path}: cannot listen there: {error}") from error

    def accept(self, timeout_s: float, check: Callable[[], None]) -> socket.socket:
        """Give QEMU's connection; `check` is asked several times a second."""
        if self._socket is None:
            raise UsageError("a console is attached to once, inside its `with` block")
        deadline = Deadline(timeout_s, "QEMU's connection to the console")
        self._socket.settimeout(_SLICE_S)
        while True:
            with suppress(TimeoutError):
                return self._socket.accept()[0]
            check()
            if deadline.expired:
                raise GuestError(
                    f"{deadline.what} did not come within {timeout_s:.0f} s",
                    cure=f"the guest needs a serial port that connects to {self.path}",
                )

    def close(self) -> None:
        """Stop listening and remove the socket; harmless the second time."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None
            self.path.unlink(missing_ok=True)
