"""The process that talks rtnetlink: the harness's end of it.

pyroute2 takes longer to import than a lab to make, so a run begins this process before it looks
for its scenarios, and both are done side by side. It is the one that enters labs' namespaces,
too: a process with threads, as the harness, cannot enter a user namespace.
"""

import atexit
import pickle
import sys
import threading
from dataclasses import dataclass
from multiprocessing.connection import Connection
from os import dup

from harness import process
from harness.errors import NetworkError

_ANSWER_TIMEOUT_S = 30.0
"""Its imports are in it, on a busy machine; the longest that it waits for itself is 10 s."""
_END_TIMEOUT_S = 5.0


@dataclass(frozen=True, kw_only=True)
class Place:
    """The network namespace of a lab."""

    pid: int
    """Of a process in it, as the host numbers it."""
    has_user_namespace: bool


class _Server:
    """The process, from its start to the end of its standard input: that of the harness."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "harness.netlink.served"]
        self._process = process.start(command, pipe_stdin=True)
        self._orders = Connection(dup(self._process.stdin_fd), readable=False)
        self._answers = Connection(dup(self._process.stdout_fd), writable=False)
        self._talking = threading.Lock()

    def ask(self, what: str, place: Place, *words: object) -> object:
        try:
            with self._talking:
                self._orders.send((what, place, words))
                if not self._answers.poll(_ANSWER_TIMEOUT_S):
                    raise TimeoutError
                answer, complaint = self._answers.recv()
        except (EOFError, OSError, pickle.UnpicklingError) as error:
            # Whatever it says later would be taken for another answer: the next one asks anew.
            end()
            how = "does not answer" if isinstance(error, TimeoutError) else "has ended"
            raise NetworkError(f"the process that makes networks {how}") from error
        if complaint:
            raise NetworkError(complaint)
        return answer

    def close(self) -> None:
        self._orders.close()
        self._process.close_stdin()
        self._process.wait(_END_TIMEOUT_S)
        self._answers.close()
        self._process.close()


_running: list[_Server] = []


def begin() -> None:
    """Start the process, unless it runs: before whatever takes as long as its imports."""
    if not _running:
        _running.append(_Server())
        atexit.register(end)


def end() -> None:
    """End it; harmless when it does not run."""
    while _running:
        _running.pop().close()


def ask(what: str, place: Place, *words: object) -> object:
    """Have a function of `served` done in a lab; give what it gives.

    Raises:
        NetworkError: Linux refuses it, or the lab is gone.
    """
    begin()
    return _running[0].ask(what, place, *words)
