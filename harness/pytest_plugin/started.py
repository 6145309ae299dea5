"""Runs of pytest that the harness starts itself: with all that any run has.

Its options, its workers, its admission, its progress and its evidence are pytest's and the
plugin's. `harness learn` starts one for each round of tasks, `harness rerun` and `harness
compare` one.
"""

import shlex
from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest

from harness.pytest_plugin.run import decided_run
from harness.site.model import SITE_FILE

_UNWARNED = ("-W", "ignore::pytest.PytestAssertRewriteWarning")
"""It wants to rewrite what the command line has imported already."""


def run_tasks(site_dir: Path, staging_dir: Path, *, options: Sequence[str]) -> int:
    """Run the tasks of a directory, in which boots are learned; give pytest's exit code."""
    words = [str(site_dir / SITE_FILE), "--site", str(site_dir), "--learn", str(staging_dir)]
    return int(pytest.main([*words, "-q", *_UNWARNED, *options]))


class _Noted:
    """Notes where a run leaves its evidence: others may begin beside it meanwhile."""

    evidence_dir: Path | None = None

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Note it, whether or not there is any."""
        run = decided_run(session.config)
        self.evidence_dir = None if run is None else run.evidence_dir


def run_again(
    test: str,
    site_dir: Path,
    *,
    rerun_of: Sequence[str],
    settings: Path | None,
    options: Sequence[str],
) -> tuple[int, Path | None]:
    """Run the scenario, or approved boot, of a bundle on its site.

    Gives pytest's exit code, and where the run left its evidence, if it has begun.

    `rerun_of` are the words of `harness rerun` that do it once more: the bundle first. What is
    about the reference site takes this one for it: it was on it before. `settings` are pytest's,
    in place of those around the test: a stranger's site may have some, and a conftest.py, which
    would be run on this machine.
    """
    words = [test, "--site", str(site_dir), "-o", f"netboot_site={site_dir}"]
    words += (f"--rerun-of={shlex.join(rerun_of)}", "-m", "slow or not slow")
    if settings is not None:
        words += ("-c", str(settings), "--noconftest")
    noted = _Noted()
    code = int(pytest.main([*words, *_UNWARNED, *options], plugins=[noted]))
    return code, noted.evidence_dir


def run_boots(
    boots: Iterable[Path], site_dir: Path, *, servers: Sequence[str], options: Sequence[str]
) -> int:
    """Hold the boots of one site on another, or on its servers; give pytest's exit code."""
    by = ("--servers", ",".join(servers)) if servers else ()
    words = (*map(str, boots), "--site", str(site_dir), *by, "--require-all", "-q")
    return int(pytest.main([*words, *_UNWARNED, *options]))
