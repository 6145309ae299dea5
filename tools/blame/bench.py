"""Try faults, all at once: each in a copy of the site, checked, then booted in rounds.

A round is a run of pytest that holds one boot of every fault that nobody has seen yet: the one
that tells most of what was changed, then the next. A fault survives when none is left.
"""

import re
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from harness.cli.check import check
from harness.daemon_facts import Daemon
from harness.errors import HarnessError
from harness.plan.boot_text import BOOT_SUFFIX, BootText
from harness.services.registry import load_site
from harness.site.approved import BOOTS_DIR, keep_copies
from tools.blame.fault import Catalogue, Fault, words_of
from tools.blame.naming import Naming, Wrong
from tools.blame.run import BATCH, Pytest, Row, causes_of, throw_away, was_run
from tools.blame.trial import Kept, Say, Trial, told

_LINE = re.compile(r"(?<=[\w.-]:)\d+\b")
_AS_IT_IS = Trial(fault=Fault(what="without a mistake"))

_Pair = tuple[Trial, Path]
"""A fault, and the boot that is held next."""


def daemons_of(site_dir: Path) -> Sequence[Daemon]:
    """Give what is known of a site's daemons."""
    return load_site(site_dir).daemon_facts.all


@dataclass(frozen=True, kw_only=True)
class Bench:
    """Where faults are tried, and how."""

    site_dir: Path
    catalogue: Catalogue
    pytest: Pytest
    check: Callable[[Path, Say], object] = check
    """What is asked about a site before it is booted."""
    daemons: Callable[[Path], Sequence[Daemon]] = daemons_of
    say: Say = field(default=lambda _: None)
    sound: set[Path] = field(default_factory=set)
    """The boots that were green on the site as it is."""

    def trials(self, faults: Sequence[Fault], kept: Kept) -> list[Trial]:
        """Try faults until each is seen, or all its boots were held; go on with what is kept.

        Raises:
            HarnessError: a boot is red on the site as it is, or could not be run at all.
        """
        known = {trial.fault: trial for trial in self.known(faults, kept)}
        trials = {fault: known.get(fault) or self._checked(fault, kept) for fault in faults}
        number = 0
        while pairs := [pair for trial in trials.values() for pair in self._next(trial)]:
            number += 1
            begun_s = time.monotonic()
            for start in range(0, len(pairs), BATCH):
                for trial in self._held(pairs[start : start + BATCH]):
                    trials[trial.fault] = trial
                    kept.keep(trial)
                    if trial.seen_by or trial.fault.green:
                        self.say(told(trial))
                done = min(start + BATCH, len(pairs))
                left_s = (time.monotonic() - begun_s) / done * (len(pairs) - done)
                of_them = f"{done} of {len(pairs)} boots held"
                self.say(f"round {number}: {of_them}; {left_s / 60:.0f} minutes more of it")
        return list(trials.values())

    def known(self, faults: Sequence[Fault], kept: Kept) -> Iterator[Trial]:
        """Give what came of faults before, judged by their places in the site as it is now."""
        for fault in faults:
            if (trial := kept.get(fault)) is not None:
                yield replace(trial, wrong=self._wrong(fault))

    def tried_before(self, faults: Sequence[Fault], kept: Kept) -> list[Trial]:
        """Give what came of those faults that were tried to the end."""
        return [trial for trial in self.known(faults, kept) if not [*self._next(trial)]]

    def _wrong(self, fault: Fault) -> Wrong:
        files = {fault.file, *(edit.file for edit in fault.also)}
        touched = (each for each in self._daemons if files & {*each.files, each.configuration})
        return Wrong(
            lines=fault.lines(self.site_dir),
            beside=fault.lines_beside(self.site_dir),
            daemons=tuple(name for each in touched for name in names_of(each)),
            names=fault.names,
        )

    @cached_property
    def _daemons(self) -> Sequence[Daemon]:
        return self.daemons(self.site_dir)

    def _checked(self, fault: Fault, kept: Kept) -> Trial:
        """Make a fault, and keep the first thing that check finds, and not in the site as it is."""
        trial = Trial(fault=fault, wrong=self._wrong(fault))
        if fault.path:
            return trial
        copy = self._copy(fault)
        try:
            found = self._findings(copy)
        finally:
            shutil.rmtree(copy)
        known = {without_line(each) for each in self._found_anyway}
        new = tuple(each for each in found if without_line(each) not in known)
        trial = replace(trial, seen_by="check" if new else "", causes=new)
        kept.keep(trial)
        if new:
            self.say(told(trial))
        return trial

    def _next(self, trial: Trial) -> Iterator[_Pair]:
        """Give the boot that is to be held next, if one is left, and nothing has been seen."""
        boots = self.catalogue.shown_by(trial.fault, self._boots)
        if not boots:
            raise HarnessError(f"{self.site_dir} has no boots that show {trial.place}")
        left = [boot for boot in boots if boot.stem not in trial.held]
        if trial.fault.survives and trial.held:
            return  # what is known to show nowhere is held to the likeliest alone
        if left and not trial.seen_by:
            yield trial, min(left, key=lambda boot: self._relevance(boot, trial))

    def _relevance(self, boot: Path, trial: Trial) -> tuple[float, int]:
        """Give what sorts boots: the first has most of the words that few have, and no keys.

        Its text may also note, beside what it tells, the next line of the file that any notes.
        """
        words = trial.fault.words
        counts = {word: sum(word in each for each in self._words.values()) for word in words}
        weight = sum(1 / counts[word] for word in words & self._words[boot])
        noted = {each: self._noted(each, trial.fault.file) for each in self._boots}
        behind = [line for lines in noted.values() for line in lines if line >= trial.line]
        is_next = bool(behind) and min(behind) in noted[boot]
        return -weight - is_next, len(self._texts[boot].choices)

    def _noted(self, boot: Path, file: str) -> set[int]:
        """Give the lines of a file that a boot's text names beside what came of them."""
        notes = " ".join(each.note for each in self._texts[boot].statements)
        return {int(line) for line in re.findall(rf"(?<!\S){re.escape(file)}:(\d+)", notes)}

    def _held(self, pairs: Sequence[_Pair]) -> list[Trial]:
        """Hold a boot of each, and what was not held yet of the site as it is."""
        new = [boot for boot in dict.fromkeys(boot for _, boot in pairs) if boot not in self.sound]
        done = self._run([*((_AS_IT_IS, boot) for boot in new), *pairs])
        red = [boot for boot, trial in zip(new, done, strict=False) if trial.seen_by]
        # A host that is full may have let it down: it is held once more, with fewer beside it.
        for trial in self._run([(_AS_IT_IS, boot) for boot in red]):
            if trial.seen_by:
                raise HarnessError(f"without a mistake {trial.seen_by} is red: {trial.said}")
        self.sound.update(new)
        return done[len(new) :]

    def _run(self, pairs: Sequence[_Pair]) -> list[Trial]:
        """Hold a boot of each in a copy of its own, and give what has come of them, in order."""
        places = [self._place(trial.fault) / BOOTS_DIR / boot.name for trial, boot in pairs]
        rows: dict[str, Row] = {}
        copies = {trial.fault: self._copy(trial.fault) for trial, _ in pairs}
        try:
            with_options = [trial.fault.options for trial, _ in pairs]
            for options in dict.fromkeys(with_options):
                tests = [
                    str(place)
                    for place, wanted in zip(places, with_options, strict=True)
                    if wanted == options
                ]
                rows |= _by_place(self.pytest.came_of(tests, options))
        finally:
            for copy in copies.values():
                shutil.rmtree(copy, ignore_errors=True)
        came_of = [rows[_tail(place)] for place in places]
        if left_out := next((row for row in came_of if not was_run(row)), None):
            raise HarnessError(f"{left_out['test']} was left out: {left_out['why']}")
        return [
            _after(trial, boot, row, copies[trial.fault])
            for (trial, boot), row in zip(pairs, came_of, strict=True)
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

    def _place(self, fault: Fault) -> Path:
        return self.pytest.work_dir / "sites" / fault.key

    def _copy(self, fault: Fault) -> Path:
        """Lay a copy of the site, with the fault in it, where no other fault's lies.

        It has what an operator's has beside its boots: its files as they were approved.
        """
        copy = self._place(fault)
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(self.site_dir, copy, symlinks=True)
        keep_copies(copy)
        fault.make(copy)
        return copy

    @cached_property
    def _found_anyway(self) -> Sequence[str]:
        return self._findings(self.site_dir)

    def _findings(self, site_dir: Path) -> Sequence[str]:
        """Give what check says is wrong, or looks so: a line each, or one refusal."""
        said: list[str] = []
        try:
            self.check(site_dir, said.append)
            found = said[:-1]
        except HarnessError as error:
            found = [f"error: {error}"]
        return [_in_the_site(each, site_dir) for each in found]


def _in_the_site(said: str, copy: Path) -> str:
    """Give what was said with the paths that a site has everywhere."""
    return said.replace(f"{copy}/", "")


def without_line(said: str) -> str:
    """Give what was said without the numbers of lines: a mistake moves those below it."""
    return _LINE.sub("", said)


def names_of(daemon: Daemon) -> tuple[str, ...]:
    """Give all that a daemon is called in causes."""
    return (daemon.name, daemon.called, daemon.program, *(role.called for role in daemon.roles))


def _by_place(rows: Mapping[str, Row]) -> Mapping[str, Row]:
    return {_tail(Path(test.partition("::")[0])): row for test, row in rows.items()}


def _tail(boot: Path) -> str:
    """Give the end of the path of a boot that tells it: its copy, and its name."""
    return "/".join(boot.parts[-3:])


def _after(trial: Trial, boot: Path, row: Row, copy: Path) -> Trial:
    """Give a trial after one more boot: its causes, from the evidence; without any, the reason."""
    trial = replace(trial, held=(*trial.held, boot.stem))
    if row["outcome"] == "failed":
        evidence = row["evidence"]
        causes = tuple(_in_the_site(each, copy) for each in causes_of(row))
        trial = replace(trial, seen_by=boot.stem, causes=causes, evidence=evidence)
    if not trial.seen_by or trial.naming is Naming.FAULT:
        throw_away(row)
    return trial
