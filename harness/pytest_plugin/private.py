"""What pytest and xdist keep to themselves and the plugin needs: nothing else imports `_pytest`.

* A test can be run again only by the function that runs it: pytest has no hook for
  that, and the plugins that repeat what failed call the same one.
* Where its cache lies it decides before it knows `--site`: told of the site behind a blank, it
  takes the site for the root of everything, and would write into it.
* Whether a line is begun, only the terminal writer knows: xdist's dots pass the reporter by.
* Where a terminal's reporter prints to, and whether it counts, only it knows.
* Which process a worker is, xdist has asked it, and how long workers may take to end is a constant.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol, TextIO

import pytest
from _pytest.runner import runtestprotocol


class _Known(Protocol):
    pid: int


class _Gateway(Protocol):
    def _rinfo(self) -> _Known: ...


class WorkerNode(Protocol):
    """What is used of xdist's worker controller."""

    gateway: _Gateway


def run_again(item: pytest.Item, nextitem: pytest.Item | None) -> list[pytest.TestReport]:
    """Run a test's three phases, without telling anybody."""
    return runtestprotocol(item, nextitem=nextitem, log=False)


def has_begun_a_line(reporter: pytest.TerminalReporter) -> bool:
    """Whether something stands on the line that would be printed on."""
    return bool(reporter._tw.width_of_current_line)


def print_no_letters(reporter: pytest.TerminalReporter) -> None:
    """Let a reporter print neither the files of tests nor how far they are."""
    reporter.showfspath = False
    reporter._show_progress_info = False


@contextmanager
def printed_to(reporter: pytest.TerminalReporter, file: TextIO) -> Iterator[None]:
    """Let a reporter print there for a while."""
    writer = reporter._tw
    before, writer._file = writer._file, file
    try:
        yield
    finally:
        writer._file = before


def keep_cache_in(config: pytest.Config, directory: Path) -> None:
    """Let pytest keep its cache there, unless its settings have named a place or it has none."""
    # Without its plugin (`-p no:cacheprovider`) there is no such setting either.
    if getattr(config, "cache", None) and config.getini("cache_dir") == ".pytest_cache":
        config.cache._cachedir = directory / ".pytest_cache"


def pid_of(node: WorkerNode) -> int:
    """Give the process of one of xdist's workers."""
    return node.gateway._rinfo().pid


def give_workers(config: pytest.Config, timeout_s: float) -> None:
    """Let xdist's workers take so long to end; nothing where there are none, or none yet."""
    session = config.pluginmanager.get_plugin("dsession")
    if session is not None and session.nodemanager is not None:
        session.nodemanager.EXIT_TIMEOUT = timeout_s
