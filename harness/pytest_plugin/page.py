"""The page of a run: made when all its evidence is there, named in the last lines.

On a CI service that has a page for each job (GitHub's, Gitea's, Forgejo's) the run is told there.
"""

import os
from pathlib import Path

import pytest

from harness.pytest_plugin.run import decided_run, worker_input

JOB_PAGE = "GITHUB_STEP_SUMMARY"
"""The environment variable that names the file of a job's page."""
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

        job_page = os.environ.get(JOB_PAGE)
        config.stash[_LINE] = report_line(run.evidence_dir, Path(job_page) if job_page else None)


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Say where it lies."""
    if line := config.stash.get(_LINE, ""):
        terminalreporter.write_line(line)
