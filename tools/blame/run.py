"""Runs of pytest: what came of each test, and the evidence that it left."""

import json
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness import process
from harness.errors import HarnessError
from harness.evidence.directory import EvidenceDirectory

BATCH = 40
"""Tests in one run of pytest: what came of them is kept when it ends."""
_TIMEOUT_S = 3600.0
_LAST_LINES = 20

Row = Mapping[str, str]
"""What came of one test: `outcome`, `evidence`, `why` (see `--results`)."""


@dataclass(frozen=True, kw_only=True)
class Pytest:
    """How tests are run."""

    work_dir: Path
    workers: int = 2
    words: Sequence[str] = ()
    """Passed on."""
    command: Sequence[str] = (sys.executable, "-m", "pytest")

    def came_of(self, tests: Sequence[str], options: Sequence[str] = ()) -> Mapping[str, Row]:
        """Run tests; give what came of each, by its whole id.

        Raises:
            HarnessError: nothing came of one.
        """
        self.work_dir.mkdir(parents=True, exist_ok=True)
        results = self.work_dir / "results.jsonl"
        results.unlink(missing_ok=True)
        command = [
            *(*self.command, *tests, "-n", str(self.workers), "--no-progress"),
            *("--results", str(results), "--evidence", str(self.work_dir / "evidence")),
            *(*options, *self.words),
        ]
        done = process.run(command, timeout_s=_TIMEOUT_S, check=False)
        lines = results.read_text(encoding="utf-8").splitlines() if results.exists() else []
        if len(lines) < len(tests):
            last_lines = done.output.splitlines()[-_LAST_LINES:]
            raise HarnessError("the boots did not run", last_lines=last_lines)
        return {row["test"]: row for row in map(json.loads, lines)}

    def ids(self, places: Sequence[str], options: Sequence[str] = ()) -> list[str]:
        """Give the ids of the tests in some places."""
        command = [*self.command, *places, "--collect-only", "-q", *options]
        done = process.run(command, timeout_s=_TIMEOUT_S)
        return [line for line in done.output.splitlines() if "::" in line]


def causes_of(row: Row) -> tuple[str, ...]:
    """Give the causes that a test's evidence has; without any, what was overcome, or went wrong."""
    summary = EvidenceDirectory(Path(row["evidence"])).read_summary()
    return summary.causes or summary.recovered or (summary.what or row["why"],)


def was_run(row: Row) -> bool:
    """Whether a test was run to its end: it was not left out for want of something."""
    return row["outcome"] in ("passed", "failed")


def throw_away(row: Row) -> None:
    """Remove a test's evidence."""
    if row["evidence"]:
        shutil.rmtree(row["evidence"], ignore_errors=True)
