"""Try one slip: a copy of the site with the mistake in it, checked, then booted."""

import json
import re
import shutil
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from harness import process
from harness.errors import HarnessError
from tools.mutants.slip import Catalogue, Slip, words_of

BOOTS = "boots"
SUFFIX = ".boot"
_NO_WORDS: frozenset[str] = frozenset()
_RED = (1, 2)
"""Of pytest: tests have failed; it has stopped at the first that did, with workers."""
_LINE = re.compile(r"(?<=:)\d+(?=:)")
"""The number of a line: a mistake moves those below it."""
_CHECK_TIMEOUT_S = 120.0
_BOOTS_TIMEOUT_S = 1800.0
_LAST_LINES = 20


@dataclass(frozen=True, kw_only=True)
class Trial:
    """What came of one slip."""

    file: str
    line: int
    what: str
    expected: bool
    """Whether something was to see it."""
    seen_by: str
    """`check`, the first boot that was red, or "" when nothing saw it."""
    said: str
    """The first cause; without one, what went wrong."""
    named: bool
    """Whether that names the mistake."""
    boots: int
    """How many boots were held to their files."""
    evidence: str
    duration_s: float


@dataclass(frozen=True, kw_only=True)
class _Seen:
    by: str = ""
    said: str = ""
    boots: int = 0
    evidence: str = ""


@dataclass(frozen=True, kw_only=True)
class Bench:
    """Where slips are tried, and how."""

    site_dir: Path
    catalogue: Catalogue
    work_dir: Path
    workers: int
    words: Sequence[str] = ()
    """Passed on to pytest."""
    check: Sequence[str] = (str(Path(sys.executable).with_name("harness")), "check")
    """What is asked about a site before it is booted."""
    pytest: Sequence[str] = (sys.executable, "-m", "pytest")

    def control(self) -> None:
        """Check and boot a copy without a mistake.

        Raises:
            HarnessError: something is wrong with that already.
        """
        copy = self._copy("as-it-is")
        try:
            seen = self._checked(copy) or self._booted(copy, self.catalogue.files)
        finally:
            shutil.rmtree(copy.parent)
        if seen.by:
            raise HarnessError(f"without a mistake {seen.by} is red: {seen.said}")
        shutil.rmtree(self.evidence_dir(copy.parent.name), ignore_errors=True)

    def try_slip(self, slip: Slip) -> Trial:
        """Make the mistake in a copy, and look at who sees it first.

        Raises:
            HarnessError: the boots could not be run at all.
        """
        begun_s = time.monotonic()
        copy = self._copy(slip.key)
        file = copy / slip.file
        file.write_text(slip.applied(file.read_text(encoding="utf-8")), encoding="utf-8")
        try:
            seen = self._checked(copy) or self._booted(copy, [slip.file], slip.words)
        finally:
            shutil.rmtree(copy.parent)
        return Trial(
            file=slip.file,
            line=slip.line((self.site_dir / slip.file).read_text(encoding="utf-8")),
            what=slip.what,
            expected=not slip.survives,
            seen_by=seen.by,
            said=seen.said,
            named=slip.is_named_by(seen.said),
            boots=seen.boots,
            evidence=seen.evidence,
            duration_s=round(time.monotonic() - begun_s, 1),
        )

    def evidence_dir(self, key: str) -> Path:
        """Give where the boots of a slip leave their evidence."""
        return self.work_dir / "evidence" / key

    def _copy(self, key: str) -> Path:
        """Lay a copy of the site in a directory that nobody else uses."""
        place = self.work_dir / "sites" / key
        shutil.rmtree(place, ignore_errors=True)
        copy = place / self.site_dir.name
        shutil.copytree(self.site_dir, copy, symlinks=True)
        return copy

    def _checked(self, copy: Path) -> _Seen | None:
        """Give the first thing that check finds, and does not find in the site as it is."""
        known = {_LINE.sub("", each) for each in self._known}
        new = [each for each in self._findings(copy) if _LINE.sub("", each) not in known]
        return _Seen(by="check", said=new[0]) if new else None

    @cached_property
    def _known(self) -> Sequence[str]:
        return self._findings(self.site_dir)

    def _findings(self, site_dir: Path) -> Sequence[str]:
        """Give what check says is wrong, or looks so: a line each, or one refusal."""
        command = [*self.check, str(site_dir)]
        done = process.run(command, timeout_s=_CHECK_TIMEOUT_S, check=False)
        refusal, found = done.stderr.strip(), done.stdout.splitlines()[:-1]
        return [each.replace(f"{site_dir}/", "") for each in ([refusal] if refusal else found)]

    def _booted(self, copy: Path, files: Sequence[str], words: frozenset[str] = _NO_WORDS) -> _Seen:
        """Hold the boots that the files touch to what was approved, until the first red one.

        Those whose texts have the words come first: they are the ones that may be red.
        """
        all_boots = sorted((copy / BOOTS).glob(f"*{SUFFIX}"))
        boots = sorted(self.catalogue.touched(files, all_boots), key=_relevance(all_boots, words))
        if not boots:
            raise HarnessError(f"{self.site_dir} has no boots that {', '.join(files)} touches")
        results = copy.parent / "results"
        command = [
            *(*self.pytest, *map(str, boots)),
            *("-x", "-n", str(self.workers), "--no-progress", "--results", str(results)),
            *("--evidence", str(self.evidence_dir(copy.parent.name)), *self.words),
        ]
        done = process.run(command, timeout_s=_BOOTS_TIMEOUT_S, check=False)
        rows = _rows(results)
        red = next((row for row in rows if row["outcome"] == "failed"), None)
        if done.exit_code not in (() if red is None else _RED) and (done.exit_code or not rows):
            last_lines = done.output.splitlines()[-_LAST_LINES:]
            raise HarnessError("the boots did not run", last_lines=last_lines)
        return _Seen(boots=len(rows)) if red is None else _by_boot(red, len(rows))


def _relevance(boots: Sequence[Path], words: frozenset[str]) -> Callable[[Path], float]:
    """Give what sorts boots: the first has most of the words that few have."""
    texts = {boot: words_of(boot.read_text(encoding="utf-8")) for boot in boots}
    weights = {word: 1 / n for word in words if (n := sum(word in each for each in texts.values()))}
    return lambda boot: -sum(weights.get(word, 0.0) for word in texts[boot])


def _rows(results: Path) -> list[Mapping[str, str]]:
    lines = results.read_text(encoding="utf-8").splitlines() if results.exists() else []
    return [json.loads(line) for line in lines]


def _by_boot(red: Mapping[str, str], boots: int) -> _Seen:
    """Give the first cause, from the evidence; what pytest said, without any."""
    summary = Path(red["evidence"], "summary.json")
    facts = json.loads(summary.read_text(encoding="utf-8")) if summary.is_file() else {}
    causes = facts.get("causes") or [facts.get("what") or red["why"]]
    name = red["test"].partition(SUFFIX)[0].rpartition("/")[2]
    return _Seen(by=name, said=causes[0], boots=boots, evidence=red["evidence"])
