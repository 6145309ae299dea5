"""The page of a run: made when all its evidence is there, named in the last lines."""

import pytest

from harness.pytest_plugin.run import decided_run, worker_input

_LINE = pytest.StashKey[str]()


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Make it, in the controller, unless boots are only learned."""
    config = session.config
    run = decided_run(config)
    if run is None or worker_input(config) is not None or config.getoption("learn") is not None:
        return
    if next(run.evidence_dir.rglob("boot.json"), None) is not None:
        from harness.report.page import report_line

        config.stash[_LINE] = report_line(run.evidence_dir)


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Say where it lies."""
    if line := config.stash.get(_LINE, ""):
        terminalreporter.write_line(line)
