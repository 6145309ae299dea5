"""How long each scenario took the last time: the longest start first.

Kept in pytest's cache. All of xdist's workers read the same file before the run,
so that they agree on the order; the controller writes it after.
"""

import pytest

from harness.pytest_plugin.run import worker_input

_KEY = "netboot/durations"
_notes: dict[str, float] = {}
"""What this process has measured; pytest's hook for reports has no config to keep it on."""


def _known(config: pytest.Config) -> dict[str, float]:
    """Read what earlier runs have measured."""
    return dict(config.cache.get(_KEY, {})) if config.cache is not None else {}


def expected_s(config: pytest.Config, nodeid: str) -> float:
    """Give the seconds that a scenario took the last time; 0 when it never ran."""
    return _known(config).get(nodeid, 0.0)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put the longest first; those that are not known keep their order, in front."""
    known = _known(config)
    items.sort(key=lambda item: known.get(item.nodeid, float("inf")), reverse=True)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Note how long a scenario took; the controller hears of every worker's."""
    if report.when == "call" and report.passed:
        _notes[report.nodeid] = report.duration


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write down what was measured, beside what was known."""
    config = session.config
    if worker_input(config) is None and _notes and config.cache is not None:
        config.cache.set(_KEY, {**_known(config), **_notes})
