"""A run of pytest in which a site's boots are learned: with all that any run has.

Its options, its workers, its admission, its progress and its evidence are pytest's and the
plugin's; `harness learn` starts one for each round of tasks.
"""

from collections.abc import Sequence
from pathlib import Path

import pytest

from harness.site.model import SITE_FILE


def run_tasks(site_dir: Path, staging_dir: Path, *, options: Sequence[str]) -> int:
    """Run the tasks of a directory; give pytest's exit code."""
    words = [str(site_dir / SITE_FILE), "--site", str(site_dir), "--learn", str(staging_dir)]
    # It wants to rewrite what the command line has imported already.
    unwarned = "ignore::pytest.PytestAssertRewriteWarning"
    return int(pytest.main([*words, "-q", "-W", unwarned, *options]))
