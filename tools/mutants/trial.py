"""Try slips, all at once: each in a copy of the site, checked, then booted in rounds.

A round is a run of pytest that holds one boot of every slip that nobody has seen yet: the one
that tells most of what was changed, then the next. A slip survives when none is left.
"""

import json
import re
import shutil
import sys
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from pathlib import Path

from harness import process
from harness.cli.check import check
from harness.errors import HarnessError
from harness.plan.boot_text import BOOT_SUFFIX, BootText
from harness.site.approved import BOOTS_DIR
from tools.mutants.slip import Catalogue, Slip, words_of

Say = Callable[[str], None]

_LINE = re.compile(r"(?<=:)\d+(?=:)")
"""The number of a line: a mistake moves those below it."""
_BATCH = 40
"""Boots in one run of pytest: what came of them is kept when it ends."""
_RUN_TIMEOUT_S = 3600.0
_LAST_LINES = 20


@dataclass(frozen=True, kw_only=True)
class Trial:
    """What came of one slip so far."""

    slip: Slip
    line: int
    seen_by: str = ""
    """`check`, the first boot that was red, or "" while nothing has seen it."""
    causes: tuple[str, ...] = ()
    """What was said, the first cause first; without one, what went wrong."""
    held: tuple[str, ...] = ()
    """The boots that were held to their files."""
    evidence: str = ""

    @property
    def named(self) -> bool:
        """Whether what was said first names the mistake."""
        return self.slip.is_named_by(self.said)

    @property
    def said(self) -> str:
        """What was said first."""
        return next(iter(self.causes), "")

    @property
    def place(self) -> str:
        """Say where the mistake is, and what it is."""
        return f"{self.slip.file}:{self.line}: {self.slip.what}"


@dataclass(frozen=True, kw_only=True)
class Kept:
    """A directory with a file for each slip that was tried: a run goes on where one ended."""

    directory: Path

    def keep(self, trial: Trial) -> None:
        """Write what came of a slip."""
        self.directory.mkdir(parents=True, exist_ok=True)
        path = self._path(trial.slip)
        fresh = path.with_suffix(".new")
        fresh.write_text(json.dumps(asdict(trial), indent=2, ensure_ascii=False) + "\n")
        fresh.replace(path)

    def get(self, slip: Slip) -> Trial | None:
        """Give what came of a slip before; judged by what is to be named now."""
        path = self._path(slip)
        if not path.exists():
            return None
        facts = json.loads(path.read_text())
        lists = {name: tuple(facts[name]) for name in ("causes", "held")}
        return Trial(**{**facts, **lists, "slip": slip})

    def forget(self, slip: Slip) -> None:
        """Let a slip be tried anew."""
        self._path(slip).unlink(missing_ok=True)

    def _path(self, slip: Slip) -> Path:
        return self.directory / f"{slip.key}.json"


@dataclass(frozen=True, kw_only=True)
class Bench:
    """Where slips are tried, and how."""

    site_dir: Path
    catalogue: Catalogue
    work_dir: Path
    workers: int
    words: Sequence[str] = ()
    """Passed on to pytest."""
    check: Callable[[Path, Say], object] = check
    """What is asked about a site before it is booted."""
    pytest: Sequence[str] = (sys.executable, "-m", "pytest")
    say: Say = field(default=lambda _: None)

    def control(self, names: Collection[str] | None = None) -> None:
        """Hold every boot that a slip may show in, or these, in a copy without a mistake.

        Raises:
            HarnessError: something is wrong with that already.
        """
        as_it_is = Slip(file="", what="without a mistake", old="", new="")
        boots = self.catalogue.touched(self.catalogue.files, self._boots)
        if names is not None:
            boots = [boot for boot in boots if boot.stem in names]
        if not boots:
            return
        self.say(f"control: {len(boots)} boots of the site as it is")
        for trial in self._run([(Trial(slip=as_it_is, line=0), boot) for boot in boots]):
            if trial.seen_by:
                raise HarnessError(f"without a mistake {trial.seen_by} is red: {trial.said}")

    def trials(self, slips: Sequence[Slip], kept: Kept) -> list[Trial]:
        """Try slips until each is seen, or all its boots were held; go on with what is kept.

        Raises:
            HarnessError: a site could not be booted at all.
        """
        trials = {slip: kept.get(slip) or self._checked(slip, kept) for slip in slips}
        number = 0
        while pairs := [pair for trial in trials.values() for pair in self._next(trial)]:
            number += 1
            begun_s = time.monotonic()
            for start in range(0, len(pairs), _BATCH):
                for trial in self._run(pairs[start : start + _BATCH]):
                    trials[trial.slip] = trial
                    kept.keep(trial)
                    if trial.seen_by:
                        self.say(told(trial))
                done = min(start + _BATCH, len(pairs))
                left_s = (time.monotonic() - begun_s) / done * (len(pairs) - done)
                of_them = f"{done} of {len(pairs)} boots held"
                self.say(f"round {number}: {of_them}; {left_s / 60:.0f} minutes more of it")
        return list(trials.values())

    def is_over(self, trial: Trial | None) -> bool:
        """Whether a slip was tried to the end."""
        return trial is not None and not [*self._next(trial)]

    def _checked(self, slip: Slip, kept: Kept) -> Trial:
        """Make a slip, and keep the first thing that check finds, and not in the site as it is."""
        copy = self._copy(slip)
        try:
            found = self._findings(copy)
        finally:
            shutil.rmtree(copy)
        known = {_LINE.sub("", each) for each in self._known}
        new = tuple(each for each in found if _LINE.sub("", each) not in known)
        text = (self.site_dir / slip.file).read_text(encoding="utf-8")
        seen_by = "check" if new else ""
        trial = Trial(slip=slip, line=slip.line(text), seen_by=seen_by, causes=new)
        kept.keep(trial)
        if new:
            self.say(told(trial))
        return trial

    def _next(self, trial: Trial) -> Iterator[tuple[Trial, Path]]:
        """Give the boot that is to be held next, if one is left, and nothing has been seen."""
        boots = self.catalogue.touched([trial.slip.file], self._boots)
        if not boots:
            raise HarnessError(f"{self.site_dir} has no boots that {trial.slip.file} touches")
        left = [boot for boot in boots if boot.stem not in trial.held]
        if left and not trial.seen_by:
            yield trial, min(left, key=lambda boot: self._relevance(boot, trial))

    def _relevance(self, boot: Path, trial: Trial) -> tuple[float, int]:
        """Give what sorts boots: the first has most of the words that few have, and no keys.

        Its text may also note, beside what it tells, the next line of the file that any notes.
        """
        words = trial.slip.words
        counts = {word: sum(word in each for each in self._words.values()) for word in words}
        weight = sum(1 / counts[word] for word in words & self._words[boot])
        noted = {each: self._noted(each, trial.slip.file) for each in self._boots}
        behind = [line for lines in noted.values() for line in lines if line >= trial.line]
        is_next = bool(behind) and min(behind) in noted[boot]
        return -weight - is_next, len(self._texts[boot].choices)

    def _noted(self, boot: Path, file: str) -> set[int]:
        """Give the lines of a file that a boot's text names beside what came of them."""
        notes = " ".join(each.note for each in self._texts[boot].statements)
        return {int(line) for line in re.findall(rf"(?<!\S){re.escape(file)}:(\d+)", notes)}

    def _run(self, pairs: Sequence[tuple[Trial, Path]]) -> list[Trial]:
        """Hold a boot of each in a copy of its own, and give what has come of them."""
        copies = {self._copy(trial.slip) for trial, _ in pairs}
        boots = [self._place(trial.slip) / BOOTS_DIR / boot.name for trial, boot in pairs]
        results, evidence = self.work_dir / "results.jsonl", self.work_dir / "evidence"
        command = [
            *(*self.pytest, *map(str, boots), "-n", str(self.workers), "--no-progress"),
            *("--results", str(results), "--evidence", str(evidence), *self.words),
        ]
        try:
            done = process.run(command, timeout_s=_RUN_TIMEOUT_S, check=False)
            rows = _rows(results)
        finally:
            for copy in copies:
                shutil.rmtree(copy)
        came_of = [rows.get("/".join(boot.parts[-3:])) for boot in boots]
        if None in came_of:
            last_lines = done.output.splitlines()[-_LAST_LINES:]
            raise HarnessError("the boots did not run", last_lines=last_lines)
        return [
            _after(trial, boot, row)
            for (trial, boot), row in zip(pairs, came_of, strict=True)
            if row is not None
        ]

    @cached_property
    def _boots(self) -> Sequence[Path]:
        return sorted((self.site_dir / BOOTS_DIR).glob(f"*{BOOT_SUFFIX}"))

    @cached_property
    def _texts(self) -> Mapping[Path, BootText]:
        return {boot: BootText.parse(boot.read_text(), path=boot) for boot in self._boots}

    @cached_property
    def _words(self) -> Mapping[Path, frozenset[str]]:
        return {boot: words_of(str(text)) for boot, text in self._texts.items()}

    def _place(self, slip: Slip) -> Path:
        return self.work_dir / "sites" / slip.key

    def _copy(self, slip: Slip) -> Path:
        """Lay a copy of the site, with the mistake in it, where no other slip's lies."""
        copy = self._place(slip)
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(self.site_dir, copy, symlinks=True)
        if slip.file:
            file = copy / slip.file
            file.write_text(slip.applied(file.read_text(encoding="utf-8")), encoding="utf-8")
        return copy

    @cached_property
    def _known(self) -> Sequence[str]:
        return self._findings(self.site_dir)

    def _findings(self, site_dir: Path) -> Sequence[str]:
        """Give what check says is wrong, or looks so: a line each, or one refusal."""
        said: list[str] = []
        try:
            self.check(site_dir, said.append)
            found = said[:-1]
        except HarnessError as error:
            found = [f"error: {error}"]
        return [each.replace(f"{site_dir}/", "") for each in found]


def told(trial: Trial) -> str:
    """Say what came of a slip."""
    if not trial.seen_by:
        return f"{'survives' if trial.slip.survives else 'not seen'}: {trial.place}"
    if trial.slip.survives:
        return f"seen after all by {trial.seen_by}: {trial.place}: {trial.said}"
    named = "named" if trial.named else "not named"
    return f"{named} by {trial.seen_by}: {trial.place}: {trial.said.partition(chr(10))[0]}"


def _rows(results: Path) -> Mapping[str, Mapping[str, str]]:
    """Give what came of each boot that was run, by the end of its path."""
    lines = results.read_text(encoding="utf-8").splitlines() if results.exists() else []
    rows = [row for row in map(json.loads, lines) if row["outcome"] in ("passed", "failed")]
    return {"/".join(Path(row["test"].partition("::")[0]).parts[-3:]): row for row in rows}


def _after(trial: Trial, boot: Path, row: Mapping[str, str]) -> Trial:
    """Give a trial after one more boot: its causes, from the evidence; without any, the reason."""
    trial = replace(trial, held=(*trial.held, boot.stem))
    evidence = Path(row["evidence"])
    if row["outcome"] == "failed":
        summary = evidence / "summary.json"
        facts = json.loads(summary.read_text(encoding="utf-8")) if summary.is_file() else {}
        causes = tuple(facts.get("causes") or [facts.get("what") or row["why"]])
        trial = replace(trial, seen_by=boot.stem, causes=causes, evidence=str(evidence))
    if row["evidence"] and (not trial.seen_by or trial.named):
        shutil.rmtree(evidence, ignore_errors=True)
    return trial
