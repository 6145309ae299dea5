"""A guest's serial line: two named pipes, which the harness makes and QEMU opens.

Pipes, because QEMU writes byte by byte: a pipe merges the bytes into pages,
where a unix socket was full after 278 of them, and firmware drops what its
serial port does not take in time. The harness has the pipe open before the
guest starts, so nothing of a boot is lost, however late it reads.
"""

import fcntl
import os
import select
from contextlib import ExitStack, suppress
from pathlib import Path

from harness.errors import GuestError, UsageError

CAPACITY = 1 << 20
"""Bytes that wait for the reader: the most that an ordinary user may ask for, else 64 KiB."""

_GATHER_MS = 2
"""How long output may gather: waking for each byte would take a core from the guests."""


class SerialLine:
    """The harness' end of the pipes `PATH.out`, what the guest says, and `PATH.in`, its keys.

    One thread may wait and read while another sends and interrupts.
    """

    def __init__(self, path: Path) -> None:
        """Remember where; `open` makes the pipes."""
        self.output_path = path.with_name(f"{path.name}.out")
        self.keys_path = path.with_name(f"{path.name}.in")
        self._output = self._keys = self._interruption = -1
        self._open = ExitStack()

    def open(self) -> None:
        """Make the pipes, in the place of what an earlier guest left there."""
        try:
            for path in (self.output_path, self.keys_path):
                path.unlink(missing_ok=True)
                os.mkfifo(path)
                self._open.callback(path.unlink, missing_ok=True)
            self._output = self._descriptor(os.open(self.output_path, os.O_RDONLY | os.O_NONBLOCK))
            # The end of a pipe is told only where somebody could once have written.
            os.close(os.open(self.output_path, os.O_WRONLY))
        except OSError as error:
            self.close()
            raise GuestError(f"{self.output_path}: cannot make a pipe there: {error}") from error
        with suppress(OSError):
            fcntl.fcntl(self._output, fcntl.F_SETPIPE_SZ, CAPACITY)
        self._interruption = self._descriptor(os.eventfd(0))

    def _descriptor(self, descriptor: int) -> int:
        self._open.callback(os.close, descriptor)
        return descriptor

    def attach(self) -> None:
        """Take the line, now that QEMU has opened it.

        Where QEMU is gone already, its output ends at once and it takes no key.
        """
        if self._output == -1:
            raise UsageError("a console is attached to inside its `with` block")
        with suppress(OSError):  # nobody reads it
            self._keys = self._descriptor(os.open(self.keys_path, os.O_WRONLY | os.O_NONBLOCK))

    def wait_for_output(self) -> bool:
        """Wait until there is more, or no more can come; give whether to wait again after it.

        Output gathers meanwhile, so that one read gives a lot of it.
        """
        poller = select.poll()
        poller.register(self._interruption, select.POLLIN)
        poller.poll(_GATHER_MS)
        poller.register(self._output, select.POLLIN)
        return self._interruption not in (ready for ready, _ in poller.poll())

    def read(self) -> bytes:
        """Give all that there is; nothing when the guest's side has closed."""
        with suppress(BlockingIOError):
            return os.read(self._output, CAPACITY)
        return b""

    def interrupt(self) -> None:
        """End the waiting, for good; harmless when the line is closed."""
        if self._interruption != -1:
            os.eventfd_write(self._interruption, 1)

    def send(self, keys: bytes) -> None:
        """Send all of the keys; raises an OSError when QEMU does not take them."""
        while keys:
            keys = keys[os.write(self._keys, keys) :]

    def close(self) -> None:
        """Close and remove the pipes; harmless the second time."""
        self._output = self._keys = self._interruption = -1
        self._open.close()
