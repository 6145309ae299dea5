"""Runs of pytest that the harness starts itself: with all that any run has.

Its options, its workers, its admission, its progress and its evidence are pytest's and the
plugin's. `harness learn` starts one for each round of tasks, `harness rerun` and `harness
compare` one.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest

from harness.site.model import SITE_FILE

_UNWARNED = ("-W", "ignore::pytest.PytestAssertRewriteWarning")
"""It wants to rewrite what the command line has imported already."""


def run_tasks(site_dir: Path, staging_dir: Path, *, options: Sequence[str]) -> int:
    """Run the tasks of a directory, in which boots are learned; give pytest's exit code."""
    words = [str(site_dir / SITE_FILE), "--site", str(site_dir), "--learn", str(staging_dir)]
    return int(pytest.main([*words, "-q", *_UNWARNED, *options]))


def run_again(
    test: str, site_dir: Path, *, bundle: Path, settings: Path | None, options: Sequence[str]
) -> int:
    """Run the scenario, or approved boot, of a bundle on its site; give pytest's exit code.

    What is about the reference site takes this one for it: it was on it before. `settings`
    are pytest's, in place of those around the test: a stranger's site may have some, and a
    conftest.py, which would be run on this machine.
    """
    words = [test, "--site", str(site_dir), "-o", f"netboot_site={site_dir}"]
    words += (f"--rerun-of={bundle}", "-m", "slow or not slow")
    if settings is not None:
        words += ("-c", str(settings), "--noconftest")
    return int(pytest.main([*words, *_UNWARNED, *options]))


def run_boots(
    boots: Iterable[Path], site_dir: Path, *, servers: Sequence[str], options: Sequence[str]
) -> int:
    """Hold the boots of one site on another, or on its servers; give pytest's exit code."""
    by = ("--servers", ",".join(servers)) if servers else ()
    words = (*map(str, boots), "--site", str(site_dir), *by, "--require-all", "-q")
    return int(pytest.main([*words, *_UNWARNED, *options]))
