"""How a run goes on: a region at a terminal's foot, or a line for each result in a log.

xdist's workers send what their scenarios wait for to an abstract unix socket of the controller
(no file, so nothing to leave behind); a thread there shows it. A worker does not wait for it: what
does not fit is dropped, but for what a person must be told (`keeps`). With `-v` pytest's own
lines are printed, and one for each wait.
"""

import json
import os
import socket
import threading
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import suppress
from typing import Protocol, TypeAlias

import pytest

from harness.pytest_plugin.board import Board, Ended, result_line
from harness.pytest_plugin.durations import known_durations
from harness.pytest_plugin.options import SETTINGS
from harness.pytest_plugin.private import has_begun_a_line, print_no_letters
from harness.pytest_plugin.run import decided_run, run_of, worker_count, worker_input
from harness.secret import masked

_LONGEST = 500
"""Characters of what is waited for; a message holds them even when each is escaped."""
_MESSAGE_BYTES = 8192
_BUSY_S = 5.0
"""How long a controller may take to hear what was told before."""
_PASSING = ("waiting for", "green: ", "red: ")
"""How what is told begins that the next result says as well, or that nobody asks for later."""

_Status: TypeAlias = tuple[str, str, str | tuple[str, dict[str, bool]]]
"""Category, letter and word of a report."""


class View(Protocol):
    """Who shows a board."""

    def open(self) -> None:
        """Begin."""

    def close(self) -> None:
        """End; harmless the second time."""

    def end(self, ended: Ended) -> None:
        """Show how a scenario has ended."""

    def say(self, name: str, what: str) -> None:
        """Show what is told of a scenario, besides what it waits for."""

    def refresh(self) -> None:
        """Show what scenarios wait for now."""


class Lines:
    """Shows it line by line."""

    def __init__(
        self, board: Board, config: pytest.Config, reporter: pytest.TerminalReporter
    ) -> None:
        """Count the seconds from now."""
        self._board, self._config, self._reporter = board, config, reporter
        self._started_s = time.monotonic()

    def open(self) -> None:
        """Nothing has to be begun."""

    def close(self) -> None:
        """Nothing has to be ended."""

    def end(self, ended: Ended) -> None:
        """Print it, unless pytest prints lines of its own."""
        if not _is_verbose(self._config):
            self._print(result_line(ended, self._board.total))

    def say(self, name: str, what: str) -> None:
        """Print it, and when."""
        at_s = time.monotonic() - self._started_s
        self._print(f"  {at_s:6.1f} s  {name}: {what}")

    def refresh(self) -> None:
        """Of waits nothing is printed, but with `-v`."""

    def _print(self, line: str) -> None:
        """Print a line of its own, also from inside a scenario, whose output pytest keeps back."""
        capture = self._config.pluginmanager.get_plugin("capturemanager")
        if capture is None or threading.current_thread() is not threading.main_thread():
            _print(self._reporter, line)
            return
        with capture.global_and_fixture_disabled():
            _print(self._reporter, line)


def _print(reporter: pytest.TerminalReporter, line: str) -> None:
    """Print it, whatever pytest or xdist has begun to print."""
    reporter.ensure_newline()
    if has_begun_a_line(reporter):
        reporter.write_line("")
    reporter.write_line(line)


class Listener:
    """Hears what the scenarios of xdist's workers tell."""

    def __init__(self, address: str, hear: Callable[[str, str, bool], None]) -> None:
        """Bind; `hear` takes a name, what is told of it, and whether it is a scenario's."""
        self._hear = hear
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(f"\0{address}")
        self._thread = threading.Thread(target=self._listen, name="progress", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop, when what has come is heard; who tells more is refused.

        No message asks for it: where nobody hears any more, there may be no room for one.
        """
        self._socket.shutdown(socket.SHUT_RD)
        self._thread.join()
        self._socket.close()

    def _listen(self) -> None:
        """Hand on each message until the end, which reads as an empty one."""
        while message := self._socket.recv(_MESSAGE_BYTES):
            self._hear(*json.loads(message))


class Progress:
    """The controller's: keeps the board, and has it shown."""

    def __init__(self, config: pytest.Config, reporter: pytest.TerminalReporter) -> None:
        """Choose who shows it."""
        self._config = config
        self._board = Board(expected_s=known_durations(config), workers=worker_count(config))
        self._is_live = _can_be_live(config, reporter)
        self._view: View
        if self._is_live:
            from harness.pytest_plugin.live import LiveView

            self._view = LiveView(self._board, reporter)
        else:
            self._view = Lines(self._board, config, reporter)
        self.listener = Listener(f"{run_of(config).address}-progress", self.hear)

    def hear(self, name: str, what: str, is_scenario: bool = True) -> None:
        """Take what a scenario tells, or what is told of the run."""
        if is_scenario:
            self._board.tell(name, what)
        if _is_verbose(self._config) or not what.startswith(_PASSING):
            self._view.say(name, what)
        self._view.refresh()

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Note what is to be run; xdist's controller collects nothing itself."""
        self._board.collect(item.nodeid for item in session.items)

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids: Sequence[str]) -> None:
        """Note what is to be run, as a worker tells it (xdist's hook)."""
        self._board.collect(ids)

    def pytest_runtest_logstart(self) -> None:
        """Begin to show it with the first test."""
        self._view.open()

    @pytest.hookimpl(wrapper=True)
    def pytest_report_teststatus(self) -> Generator[None, _Status, _Status]:
        """Keep pytest from printing a letter for what has a line, or is in the region."""
        category, letter, word = yield
        return (category, letter, word) if _is_verbose(self._config) else (category, "", word)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take a report, and show what has ended by it."""
        if (ended := self._board.hear(report)) is not None:
            self._view.end(ended)

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self) -> None:
        """Leave the terminal to pytest's summary."""
        self._view.close()

    def close(self) -> None:
        """End, however the run did."""
        self._view.close()
        self.listener.close()


_PROGRESS = pytest.StashKey[Progress]()


def teller(
    config: pytest.Config, name: str, *, is_scenario: bool = True, keeps: bool = False
) -> Callable[[str], None]:
    """Give a function that says what a scenario is waiting for now, or what is known of the run.

    `keeps`: what it says is not dropped while the controller is busy.
    """
    if not config.stash[SETTINGS].progress:
        return lambda _what: None
    if worker_input(config) is None:
        progress = config.stash.get(_PROGRESS, None)
        hear = progress.hear if progress is not None else lambda *_: None
        return lambda what: hear(name, masked(what), is_scenario)
    address = f"\0{run_of(config).address}-progress"

    def tell(what: str) -> None:
        with (
            suppress(OSError),  # nobody listens, or too much at once: it is only progress
            socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as out,
        ):
            out.settimeout(_BUSY_S if keeps else 0)
            message = [name, masked(what)[:_LONGEST], is_scenario]
            out.sendto(json.dumps(message).encode(), address)

    return tell


@pytest.hookimpl(trylast=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Begin, in the controller."""
    config = session.config
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    run = decided_run(config)
    if worker_input(config) is not None or run is None or reporter is None:
        return
    if config.stash[SETTINGS].progress:
        if not _is_verbose(config):
            print_no_letters(reporter)
        config.stash[_PROGRESS] = progress = Progress(config, reporter)
        config.pluginmanager.register(progress, "netboot-progress")


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop listening."""
    if (progress := config.stash.get(_PROGRESS, None)) is not None:
        progress.close()


def _is_verbose(config: pytest.Config) -> bool:
    """Whether pytest prints a line for each test itself."""
    return config.get_verbosity() > 0


def _can_be_live(config: pytest.Config, reporter: pytest.TerminalReporter) -> bool:
    """Whether a region can stand at a terminal's foot, and nobody else writes there."""
    is_ours = reporter.isatty and os.environ.get("TERM", "dumb") != "dumb"
    others = (
        _is_verbose(config) or config.getoption("capture") == "no" or config.getoption("usepdb")
    )
    return bool(is_ours and not others)
