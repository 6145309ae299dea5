"""The processes that own the labs of `scale`, seen from the one that measures.

Processes, not threads: they stand for the workers of `-n`, none waits for
another's Python, and each lab ends with its own owner. They are there before
anything is measured, and stay for all of it.
"""

import os
import select
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from harness import process
from harness.deadline import Deadline
from harness.errors import HarnessError
from tools.bench import lab_owner
from tools.bench.setting import Setting

_STEP_TIMEOUT_S = 300.0
"""Of many labs at once, on a busy machine."""


class Owner:
    """One such process."""

    def __init__(self, setting: Setting) -> None:
        """Start it."""
        self._process = process.start(
            [
                *(sys.executable, "-m", lab_owner.__name__),
                *(str(setting.site.dir), setting.accelerator.name),
            ],
            pipe_stdin=True,
        )
        self._said = ""

    @property
    def pid(self) -> int:
        """Its pid."""
        return self._process.pid

    def tell(self, step: str | Path) -> None:
        """Tell it the next step."""
        os.write(self._process.stdin_fd, f"{step}\n".encode())

    def wait_for(self, word: str) -> str:
        """Wait until it answers with this word; give what else is on that line.

        Raises:
            HarnessError: it ended, or has not answered in time.
        """
        deadline = Deadline(_STEP_TIMEOUT_S, f"a lab's owner to say {word!r}")
        poller = select.poll()
        poller.register(self._process.stdout_fd, select.POLLIN)
        while (found := answer(self._said, word)) is None:
            chunk = b""
            if poller.poll(deadline.remaining_s * 1000):
                chunk = os.read(self._process.stdout_fd, 4096)
            if not chunk:
                raise HarnessError(
                    f"a lab's owner has not said {word!r}", last_lines=self._said.splitlines()
                )
            self._said += chunk.decode(errors="replace")
        self._said = ""
        return found

    def close(self) -> None:
        """End it, and its lab with it."""
        self._process.close()


def answer(said: str, word: str) -> str | None:
    """Give what follows a word at the beginning of a whole line; None when there is none yet."""
    whole = said[: said.rfind("\n") + 1]
    for line in whole.splitlines():
        first, _, rest = line.partition(" ")
        if first == word:
            return rest
    return None


@contextmanager
def owners(setting: Setting, count: int) -> Iterator[Sequence[Owner]]:
    """Have so many of them, ready."""
    with ExitStack() as stack:
        started = []
        for _ in range(count):
            owner = Owner(setting)
            stack.callback(owner.close)
            started.append(owner)
        for owner in started:
            owner.wait_for(lab_owner.READY)
        yield started
