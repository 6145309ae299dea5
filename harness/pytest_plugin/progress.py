"""A line per change of what a scenario waits for, also from xdist's workers.

Workers send to an abstract unix socket of the controller (no file, so nothing to
leave behind); a thread there prints. A worker never waits for it: what does not
fit is dropped.
"""

import functools
import json
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress

import pytest

from harness.pytest_plugin.options import SETTINGS
from harness.pytest_plugin.private import has_begun_a_line
from harness.pytest_plugin.run import decided_run, run_of, worker_input
from harness.secret import masked

_LONGEST = 500
"""Characters of what is waited for; a message holds them even when each is escaped."""
_MESSAGE_BYTES = 8192


class Listener:
    """Prints what the scenarios wait for."""

    def __init__(self, address: str, write: Callable[[str], None]) -> None:
        """Bind; `write` prints one line."""
        self._write = write
        self._started_s = time.monotonic()
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(f"\0{address}")
        self._thread = threading.Thread(target=self._listen, name="progress", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop; an empty message is the end."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as own:
            own.sendto(b"", self._socket.getsockname())
        self._thread.join()
        self._socket.close()

    def _listen(self) -> None:
        """Print each message until the empty one."""
        while message := self._socket.recv(_MESSAGE_BYTES):
            scenario, what = json.loads(message)
            self._write(f"  {time.monotonic() - self._started_s:6.1f} s  {scenario}: {what}")


_LISTENER = pytest.StashKey[Listener]()


def teller(config: pytest.Config, scenario: str) -> Callable[[str], None]:
    """Give a function that says what `scenario` is waiting for now."""
    if not config.stash[SETTINGS].progress:
        return lambda _what: None
    if worker_input(config) is None:
        return lambda what: _print_past_capture(config, f"  {scenario}: {masked(what)}")
    address = f"\0{run_of(config).address}-progress"

    def tell(what: str) -> None:
        with (
            suppress(OSError),  # nobody listens, or too much at once: it is only progress
            socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as out,
        ):
            out.setblocking(False)
            out.sendto(json.dumps([scenario, masked(what)[:_LONGEST]]).encode(), address)

    return tell


@pytest.hookimpl(trylast=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Listen, in the controller."""
    config = session.config
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    run = decided_run(config)
    if worker_input(config) is not None or run is None or reporter is None:
        return
    if config.stash[SETTINGS].progress:
        write = functools.partial(_print, reporter)
        config.stash[_LISTENER] = Listener(f"{run.address}-progress", write)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop listening."""
    listener = config.stash.get(_LISTENER, None)
    if listener is not None:
        listener.close()


def _print_past_capture(config: pytest.Config, line: str) -> None:
    """Print a line from inside a scenario, whose own output pytest keeps back."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    capture = config.pluginmanager.get_plugin("capturemanager")
    if reporter is not None and capture is not None:
        with capture.global_and_fixture_disabled():
            _print(reporter, line)


def _print(reporter: pytest.TerminalReporter, line: str) -> None:
    """Print a line of its own, whatever pytest or xdist has begun to print."""
    reporter.ensure_newline()
    if has_begun_a_line(reporter):
        reporter.write_line("")
    reporter.write_line(line)
