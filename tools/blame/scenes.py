"""Faults that a scenario brings about: it asserts the verdict, its evidence tells what was wrong.

The lines are those by which the scenario's site differs from the one on the disk; a daemon is not
well that was ended meanwhile, or has a file that differs.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from harness.errors import UsageError
from harness.evidence.boot_json import BootFile
from harness.evidence.directory import EvidenceDirectory
from harness.judge.boot import Boot
from harness.secret import masked
from harness.services.registry import load_site
from harness.site import Site
from harness.site.files import text_of
from harness.witness.journal import DaemonLife
from tools.blame.bench import names_of
from tools.blame.fault import Fault
from tools.blame.naming import Naming, Wrong, changed_lines
from tools.blame.run import BATCH, Pytest, Row, causes_of, throw_away, was_run
from tools.blame.trial import Kept, Say, Trial, told

EVERY_TIER = ("-m", "slow or not slow")


@dataclass(frozen=True, kw_only=True)
class Scenes:
    """Where scenarios are run."""

    site_dir: Path
    pytest: Pytest
    say: Say = field(default=lambda _: None)

    def faults(self, listed: Sequence[Fault]) -> list[Fault]:
        """Give a fault for each test that a listed one, by the beginning of its id, means.

        Raises:
            UsageError: a listed one means no test.
        """
        if not listed:
            return []
        files = dict.fromkeys(fault.scenario.partition("::")[0] for fault in listed)
        found: dict[str, list[str]] = {fault.scenario: [] for fault in listed}
        for test in self.pytest.ids([*files], EVERY_TIER):
            if fitting := [each for each in found if means(each, test)]:
                found[max(fitting, key=len)].append(test)
        if empty := [each for each, tests in found.items() if not tests]:
            raise UsageError(f"there is no test {', '.join(empty)}")
        return [replace(fault, scenario=test) for fault in listed for test in found[fault.scenario]]

    def trials(self, faults: Sequence[Fault], kept: Kept) -> list[Trial]:
        """Run the scenarios that were not run yet; those that are left out here are not given."""
        known = {trial.fault: trial for trial in self.known(faults, kept)}
        left = [fault for fault in faults if fault not in known]
        for start in range(0, len(left), BATCH):
            batch = left[start : start + BATCH]
            rows = self.pytest.came_of([fault.scenario for fault in batch], EVERY_TIER)
            for fault in batch:
                if was_run(row := rows[fault.scenario]):
                    known[fault] = trial = self._tried(fault, row)
                    kept.keep(trial)
                    self.say(told(trial))
        return [known[fault] for fault in faults if fault in known]

    def known(self, faults: Sequence[Fault], kept: Kept) -> Iterator[Trial]:
        """Give what came of scenarios before."""
        yield from filter(None, map(kept.get, faults))

    def _tried(self, fault: Fault, row: Row) -> Trial:
        """Give what came of a scenario: it asserts the verdict itself."""
        trial = Trial(fault=fault, held=("scenario",), evidence=row["evidence"])
        trial = replace(trial, wrong=self._wrong(fault, row), causes=causes_of(row))
        if (row["outcome"] == "passed") is not bool(fault.green):
            trial = replace(trial, seen_by="scenario")
        if trial.is_right and trial.naming is Naming.FAULT:
            throw_away(row)
        return trial

    def _wrong(self, fault: Fault, row: Row) -> Wrong:
        store = EvidenceDirectory(Path(row["evidence"]))
        if not (row["evidence"] and store.boot_path.exists()):
            return Wrong(names=fault.names)
        boot = BootFile.read(store).boot
        return replace(wrong_with(boot, load_site(self.site_dir)), names=fault.names)


def wrong_with(boot: Boot, as_it_is: Site) -> Wrong:
    """Say what was wrong in a boot: what a scenario has changed in the site, and whom it ended."""
    changed: dict[str, frozenset[str]] = {}
    for path in boot.site.changes:
        # Evidence has no passwords.
        old, new = masked(text_of(as_it_is, path)), text_of(boot.site, path)
        # Of a file that is not there, or empty, no line can be named.
        if old and new and old != new:
            changed[path] = changed_lines(path, old, new)
    ended = {life.daemon for life in boot.journal.of(DaemonLife) if life.what != "started"}
    ill = (each for each in boot.daemons.all if each.name in ended or {*each.files} & {*changed})
    return Wrong(
        lines=frozenset(line for lines in changed.values() for line in lines),
        daemons=tuple(name for each in ill for name in names_of(each)),
    )


def means(listed: str, test: str) -> bool:
    """Whether a listed beginning of an id means a test."""
    return test == listed or test.startswith((f"{listed}[", f"{listed}::"))
