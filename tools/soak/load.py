"""Other load on this machine: a busy process for each core, and one that writes to the disk."""

import os
import select
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from harness import process
from harness.deadline import Deadline
from harness.errors import HarnessError
from tools.soak import busy

_READY_TIMEOUT_S = 60.0


@contextmanager
def other_load(directory: Path, *, cores: int | None = None) -> Iterator[Sequence[int]]:
    """Have the load, by default on all cores; give the pids of its processes.

    Raises:
        HarnessError: a process of the load has not come up.
    """
    kinds = [[busy.CORE]] * (cores or os.cpu_count() or 1) + [[busy.DISK, str(directory)]]
    with ExitStack() as stack:
        started = []
        for kind in kinds:
            command = [sys.executable, "-m", busy.__name__, *kind]
            one = process.start(command, pipe_stdin=True)
            stack.callback(one.close)
            started.append(one)
        for one in started:
            _wait_until_ready(one)
        yield [one.pid for one in started]


def _wait_until_ready(one: process.Process) -> None:
    """Wait until a process says that it is at work."""
    deadline = Deadline(_READY_TIMEOUT_S, "the load to begin")
    poller = select.poll()
    poller.register(one.stdout_fd, select.POLLIN)
    said = b""
    while not said.endswith(busy.READY):
        chunk = b""
        if poller.poll(deadline.remaining_s * 1000):
            chunk = os.read(one.stdout_fd, 4096)
        if not chunk:
            raise HarnessError(
                f"{' '.join(one.argv[2:])} has not begun",
                last_lines=said.decode(errors="replace").splitlines(),
            )
        said += chunk
