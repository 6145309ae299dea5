"""How a red scenario reads: what went wrong, the scenario's own lines, the evidence.

A missing prerequisite skips by default and fails with --require-all. An error that
carries its own explanation shows only the scenario's frames; a fault of the harness
shows all.
"""

import sys
from collections.abc import Generator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TypeVar, cast

import pytest

from harness.errors import BootError, PrerequisiteError, ServiceError, UsageError
from harness.evidence.scenario import Result
from harness.pytest_plugin.options import SETTINGS
from harness.secret import masked

_Shown = TypeVar("_Shown")

EVIDENCE = pytest.StashKey[Path]()
"""On an item: the directory of its evidence."""
RESULT = pytest.StashKey[Result]()
"""On an item: how its scenario ended, as far as it has."""
EVIDENCE_PROPERTY = "evidence"
"""The same on its reports, and so in JUnit's XML."""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Iterator[None]:
    """Treat a prerequisite that a fixture misses."""
    yield from _skipping(item)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Treat a prerequisite that the scenario itself misses."""
    yield from _skipping(item)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Cut the frames that do not help, and name the evidence."""
    if call.excinfo is not None:
        _mark_own_frames()
    report = yield
    evidence_dir = item.stash.get(EVIDENCE, None)
    if evidence_dir is not None and report.failed:
        report.sections.append(("evidence", f"{evidence_dir}\n"))
    if call.when in ("setup", "call"):
        item.stash[RESULT] = _result(report, call.excinfo)
    report.longrepr = _masked(report.longrepr)
    report.sections = _masked(report.sections)
    return report


def _result(
    report: pytest.TestReport, raised: pytest.ExceptionInfo[BaseException] | None
) -> Result:
    """Say how a scenario has ended; one that was set up has not."""
    if raised is None or report.skipped:
        is_under_way = report.when == "setup" and report.passed
        return Result() if is_under_way else Result(outcome=report.outcome)
    is_verdict = raised.errisinstance((AssertionError, pytest.fail.Exception))
    return replace(Result.of(raised.value), outcome="failed" if is_verdict else "error")


def _masked(shown: _Shown) -> _Shown:
    """Take the passwords out of what is shown, through all that pytest makes it of."""
    if isinstance(shown, str):
        return cast("_Shown", masked(shown))
    if isinstance(shown, list | tuple):
        return cast("_Shown", type(shown)(_masked(each) for each in shown))
    if type(shown).__module__.startswith("_pytest."):
        for name, value in tuple(vars(shown).items()):
            object.__setattr__(shown, name, _masked(value))
    return shown


def first_line(report: pytest.TestReport) -> str:
    """Give the first line of what went wrong in a scenario."""
    crash = getattr(report.longrepr, "reprcrash", None)
    text = crash.message if crash is not None else report.longreprtext
    return next(iter(text.strip().splitlines()), "")


def _mark_own_frames() -> None:
    """Let pytest leave this package's frames out where they do not help.

    pytest asks a `__tracebackhide__` among a frame's globals whether to hide it.
    """
    for name, module in tuple(sys.modules.items()):
        if name.partition(".")[0] == "harness":
            vars(module)["__tracebackhide__"] = _is_explained


def _is_explained(error: pytest.ExceptionInfo[BaseException]) -> bool:
    """Whether an error is about the product, its site or the host, and says all there is."""
    return error.errisinstance((BootError, ServiceError, UsageError, PrerequisiteError))


def _skipping(item: pytest.Item) -> Iterator[None]:
    """Turn a PrerequisiteError into a skip, unless everything is required."""
    try:
        result = yield
    except PrerequisiteError as error:
        if item.config.stash[SETTINGS].require_all:
            raise
        pytest.skip(str(error))
    return result
