"""A run that somebody ends: by SIGTERM or SIGHUP it ends as by Ctrl-C, and leaves what it has seen.

By themselves they end Python at once: nothing of a lab outlives that, but nobody has written
down what its guests had come to. xdist's controller tells its workers, which would not notice
otherwise for five seconds (execnet); each takes its lab down then, and heeds no further signal.
"""

import os
import signal
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from typing import Never

import pytest

from harness import process
from harness.evidence.scenario import INTERRUPTED, Result
from harness.pytest_plugin.options import SETTINGS
from harness.pytest_plugin.private import WorkerNode, give_workers, pid_of
from harness.pytest_plugin.reporting import RESULT
from harness.pytest_plugin.run import worker_input

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_ENDED = Result(outcome=INTERRUPTED, why="the run was ended before the scenario")
_UNDONE_S = 15.0
"""How long workers may take to their labs' end: execnet ends them then."""
_ENDING = pytest.StashKey["_Ending"]()


class _Ending:
    """What is to be ended: xdist's workers, the scenario that is run here."""

    def __init__(self, config: pytest.Config) -> None:
        """Begin with nothing."""
        self._config = config
        self._workers: list[int] = []
        self._item: pytest.Item | None = None
        self._undoing = ExitStack()

    def heed(self) -> None:
        """Take signals, until `forget`."""
        if worker_input(self._config) is None:
            self._undoing.enter_context(process.ended_in_order())
            return
        for number in process.heeded(*_SIGNALS):
            self._undoing.callback(signal.signal, number, signal.signal(number, _end_once))

    def forget(self) -> None:
        """Leave signals to whoever had them before."""
        self._undoing.close()

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: WorkerNode) -> None:
        """Note a worker's process (xdist's hook)."""
        self._workers.append(pid_of(node))

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        """Note which scenario is run."""
        self._item = item
        result = yield
        self._item = None
        return result

    @pytest.hookimpl(tryfirst=True)
    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """Tell the workers, and note for its evidence what has ended the scenario."""
        if excinfo.type is not KeyboardInterrupt:
            return  # pytest's own, of `-x`
        if self._item is not None:
            self._item.stash[RESULT] = _ENDED
        give_workers(self._config, _UNDONE_S)
        for pid in self._workers:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)


def _end_once(_number: int, _frame: object) -> Never:
    for number in _SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt


def pytest_configure(config: pytest.Config) -> None:
    """Heed signals in a run about a site."""
    if config.stash[SETTINGS].is_about_a_site:
        config.stash[_ENDING] = _Ending(config)
        config.pluginmanager.register(config.stash[_ENDING], "netboot-ending")
        config.stash[_ENDING].heed()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Heed them no longer."""
    if (ending := config.stash.get(_ENDING, None)) is not None:
        ending.forget()
