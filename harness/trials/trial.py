"""One run of one scenario, on one version of something: pytest in a process of its own."""

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from tempfile import TemporaryDirectory

from harness import process
from harness.assets.catalogue import Part
from harness.errors import UsageError
from harness.pytest_plugin.bugs import OTHERWISE
from harness.report.facts import read_facts

_LONGEST_S = 3600.0
_LAST_LINES = 15
_OPTIONS = {part: f"--{part.name.lower()}" for part in Part}


class Side(Enum):
    """What a run speaks for."""

    GOOD = "green"
    BAD = "red"
    UNKNOWN = "cannot tell"


@dataclass(frozen=True, kw_only=True)
class Trial:
    """How a run ended."""

    side: Side
    why: str
    """What went wrong, in one line; "" when nothing did."""
    bundle: Path | None
    """Its evidence, where it left any."""

    @property
    def cure(self) -> str:
        """What to do where it cannot tell."""
        if OTHERWISE in self.why:
            return "name ends that differ by the same failure"
        return f"look at what went wrong there: {self.bundle}" if self.bundle else ""


@dataclass(frozen=True, kw_only=True)
class Subject:
    """A scenario, and what of its machine is varied."""

    scenario: str
    """As pytest takes it: a .boot file, or a test's id."""
    part: Part | None
    """None where a pair knows it."""
    evidence_dir: Path
    options: Sequence[str] = ()
    """More options of pytest's."""

    def run(self, word: str) -> Trial:
        """Run it on machines with this release, or with a build of somebody's own.

        Raises:
            UsageError: it names no test, or several, or pytest refuses it.
        """
        with TemporaryDirectory(prefix="trial-") as place:
            results = Path(place, "results")
            # What is marked slow is run as well; a pair of a known bug on this release alone.
            words = [
                *(self.scenario, "-q", "--no-progress", "-m", "slow or not slow"),
                *("--evidence", str(self.evidence_dir), "--results", str(results)),
                *(() if self.part is None else (_OPTIONS[self.part], word)),
                *("--release", word, *self.options),
            ]
            argv = [sys.executable, "-m", "pytest", *words]
            done = process.run(argv, timeout_s=_LONGEST_S, check=False)
            lines = results.read_text().splitlines() if results.is_file() else []
        if len(lines) == 1:
            return _trial(json.loads(lines[0]))
        what = f"names {len(lines)} tests" if lines else "is no test that could be run here"
        raise UsageError(
            f"{self.scenario} {what}",
            cure="name one .boot file, or one test with what stands in its brackets",
            last_lines=done.output.strip().splitlines()[-_LAST_LINES:],
        )


def _trial(result: dict[str, str]) -> Trial:
    why, outcome = result["why"], result["outcome"]
    side = {"passed": Side.GOOD, "failed": Side.BAD}.get(outcome, Side.UNKNOWN)
    bundle = Path(result["evidence"]) if result["evidence"] else None
    if side is Side.BAD and (OTHERWISE in why or not _is_verdict(bundle)):
        side = Side.UNKNOWN
    return Trial(side=side, why=why, bundle=bundle)


def _is_verdict(bundle: Path | None) -> bool:
    """Whether a boot was held to something: an error of the host's or the harness's is no red."""
    return bundle is not None and any(boot.state == "failed" for boot in read_facts(bundle))
