"""What becomes of a scenario's failure: an error that explains itself is told in words (`red`).

A missing prerequisite skips by default and fails with --require-all. A fault of the harness, and
an assertion of the scenario's own, show their frames.
"""

import sys
from collections.abc import Generator, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from harness.errors import BootError, HarnessError, PrerequisiteError, ServiceError, UsageError
from harness.evidence.scenario import Result
from harness.pytest_plugin.again import desk, pack, path_of, run_again
from harness.pytest_plugin.options import SETTINGS, is_scenario
from harness.pytest_plugin.red import named, shorten, without_values
from harness.secret import masked

EVIDENCE = pytest.StashKey[Path]()
"""On an item: the directory of its evidence."""
RESULT = pytest.StashKey[Result]()
"""On an item: how its scenario ended, as far as it has."""
EVIDENCE_PROPERTY = "evidence"
"""The same on its reports, and so in JUnit's XML."""
MISSING = "missing"
"""Property of a scenario that was skipped: the prerequisite."""


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
    if call.excinfo is not None and report.failed:
        _tell(report, item, call.excinfo)
    if call.when == "teardown" and (bundle := item.stash.get(EVIDENCE, None)) is not None:
        report.user_properties.append(("test", item.nodeid))
        report.user_properties.extend(_facts(bundle))
    if call.when in ("setup", "call"):
        item.stash[RESULT] = _result(report, call.excinfo)
    _mask(report)
    return report


def _tell(
    report: pytest.TestReport, item: pytest.Item, raised: pytest.ExceptionInfo[BaseException]
) -> None:
    """Say what a person needs of a failure, and where the evidence is."""
    bundle = item.stash.get(EVIDENCE, None)
    commands = {} if bundle is None else _commands(item, bundle)
    if _is_explained(raised) and isinstance(raised.value, HarnessError):
        shorten(report, raised.value, path=item.path, bundle=bundle, commands=commands)
        return
    if bundle is not None:
        without_values(report)
        lines = named({"bundle": f"{bundle}", **commands})
        report.sections.append(("evidence", "\n".join(lines) + "\n"))


def _commands(item: pytest.Item, bundle: Path) -> dict[str, str]:
    """Give the commands by what they do: run it again, open a desk on it, take it elsewhere."""
    return {
        "again": run_again(item),
        "desk": desk(item, path_of(item)),
        "pack": pack(item, bundle),
    }


def _facts(bundle: Path) -> Iterator[tuple[str, str]]:
    """Give what a scenario's boots left, for JUnit's XML: several guests' with their names."""
    from harness.report.facts import read_facts

    for boot in read_facts(bundle):
        guest = "" if boot.dir == bundle else f"{boot.name}."
        for name, value in boot.properties.items():
            yield f"{guest}{name}", masked(value)


def _result(
    report: pytest.TestReport, raised: pytest.ExceptionInfo[BaseException] | None
) -> Result:
    """Say how a scenario has ended; one that was set up has not."""
    if raised is None or report.skipped:
        is_under_way = report.when == "setup" and report.passed
        return Result() if is_under_way else Result(outcome=report.outcome)
    is_verdict = raised.errisinstance((AssertionError, pytest.fail.Exception))
    return replace(Result.of(raised.value), outcome="failed" if is_verdict else "error")


def _mask(report: pytest.TestReport) -> None:
    """Take the passwords out of what is shown; what holds one is plain text from then on."""
    report.sections = [(title, masked(text)) for title, text in report.sections]
    if isinstance(report.longrepr, tuple):
        path, line, reason = report.longrepr
        report.longrepr = (path, line, masked(reason))
    elif masked(report.longreprtext) != report.longreprtext:
        report.longrepr = masked(report.longreprtext)


def first_line(report: pytest.TestReport) -> str:
    """Give the first line of what went wrong in a scenario."""
    crash = getattr(report.longrepr, "reprcrash", None)
    lines = (report.longreprtext if crash is None else crash.message).strip().splitlines()
    # Plain text begins with the scenario's lines; pytest marks those of the error.
    marked = (line[1:].strip() for line in lines if line.startswith("E "))
    return next(marked, lines[0] if lines else "")


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
        if is_scenario(item):
            item.user_properties.append((MISSING, str(error)))
        pytest.skip(str(error))
    return result
