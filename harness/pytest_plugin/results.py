"""What a run comes to: its exit code, and `--results FILE`, a JSON line for each scenario."""

import json
from collections import Counter
from pathlib import Path

import pytest

from harness.pytest_plugin.confirm import RED_ON_FAST
from harness.pytest_plugin.options import GROUP
from harness.pytest_plugin.reporting import EVIDENCE_PROPERTY, MISSING, first_line
from harness.pytest_plugin.run import worker_input

_PHASES = ("setup", "call")
"""What comes before the last report of a test; xdist's of a lost worker is the only one."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the option."""
    parser.getgroup(GROUP).addoption(
        "--results",
        metavar="FILE",
        type=Path,
        default=None,
        help="write each scenario's result to FILE when it ends, as a line of JSON",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Begin to write, in the process that hears of all results."""
    if worker_input(config) is not None:
        return
    config.pluginmanager.register(_Balance(), "netboot-balance")
    if (path := config.getoption("results")) is not None:
        config.pluginmanager.register(_Writer(path), "netboot-results")


class _Balance:
    """Keeps a run that could boot nothing, for want of something, from passing for a green one."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._missing: Counter[str] = Counter()
        self._has_booted = False

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note what a scenario missed, or that one could be run."""
        found = dict(report.user_properties)
        if report.skipped and MISSING in found:
            self._missing[str(found[MISSING]).splitlines()[0]] += 1
        elif report.when == "call" and EVIDENCE_PROPERTY in found:
            self._has_booted = True

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Fail the run when every scenario was skipped so."""
        if self._is_empty and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say so."""
        if self._is_empty:
            why = "; ".join(f"{count}: {what}" for what, count in self._missing.most_common())
            terminalreporter.write_line(f"nothing could boot here, so the run fails ({why})")

    @property
    def _is_empty(self) -> bool:
        return bool(self._missing) and not self._has_booted


class _Writer:
    """Writes a line when a test is over with its teardown."""

    def __init__(self, path: Path) -> None:
        """Empty the file."""
        self._path = path
        self._reports: dict[str, list[pytest.TestReport]] = {}
        path.write_text("")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep a report, or write the result that all of them make."""
        reports = self._reports.setdefault(report.nodeid, [])
        reports.append(report)
        if report.when in _PHASES:
            return
        del self._reports[report.nodeid]
        with self._path.open("a") as file:
            file.write(json.dumps(_result(reports)) + "\n")


def _result(reports: list[pytest.TestReport]) -> dict[str, object]:
    """Make one result of a test's reports: the first that did not pass decides."""
    bad = next((report for report in reports if not report.passed), None)
    evidence = [value for name, value in reports[-1].user_properties if name == EVIDENCE_PROPERTY]
    return {
        "test": reports[0].nodeid,
        "outcome": "passed" if bad is None else bad.outcome,
        "duration_s": round(sum(each.duration for each in reports if each.when == "call"), 3),
        "evidence": evidence[0] if evidence else "",
        "red_on_fast_clock": next(
            (why for name, why in reports[-1].user_properties if name == RED_ON_FAST), ""
        ),
        "why": "" if bad is None else first_line(bad),
    }
