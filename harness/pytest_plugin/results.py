"""`--results FILE`: each scenario's result as it comes, a JSON line, for whoever watches a run."""

import json
from pathlib import Path

import pytest

from harness.pytest_plugin.confirm import RED_ON_FAST
from harness.pytest_plugin.options import GROUP
from harness.pytest_plugin.reporting import EVIDENCE_PROPERTY, first_line
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
    path = config.getoption("results")
    if path is not None and worker_input(config) is None:
        config.pluginmanager.register(_Writer(path), "netboot-results")


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
