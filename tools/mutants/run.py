"""`make mutants`: which slips are tried, and what is said while they are."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from harness.errors import HarnessError
from tools.mutants.slip import Catalogue, Slip
from tools.mutants.tally import Kept, Tally
from tools.mutants.trial import Bench, Trial

PROJECT_DIR = Path(__file__).parents[2]
SITE = PROJECT_DIR / "fixtures" / "showmax"
WORK_DIR = PROJECT_DIR / "build" / "mutants"

Say = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class Choice:
    """Which of the slips."""

    only: str = ""
    """Part of a file's name, or of what went wrong."""
    shard: tuple[int, int] = (1, 1)
    """The how manieth of how many equal parts."""
    limit: int | None = None
    """How many are tried, at most."""
    again: bool = False
    """Also those that were tried before."""

    def of(self, catalogue: Catalogue) -> list[Slip]:
        """Give the slips that are meant."""
        meant = [slip for slip in catalogue.slips if self.only in f"{slip.file}: {slip.what}"]
        part, parts = self.shard
        return meant[part - 1 :: parts]


def mutants(bench: Bench, choice: Choice, say: Say) -> bool:
    """Try the slips that are meant and not tried yet; give whether the goal is reached.

    One whose boots could not be run is told, and left for the next time.

    Raises:
        HarnessError: the site is red as it is.
    """
    kept = Kept(directory=bench.work_dir / "results")
    slips = choice.of(bench.catalogue)
    todo = [slip for slip in slips if choice.again or kept.get(slip) is None][: choice.limit]
    if todo:
        bench.control()
    untried = 0
    for number, slip in enumerate(todo, 1):
        try:
            trial = bench.try_slip(slip)
        except HarnessError as error:
            untried += 1
            say(f"{number} of {len(todo)}: {slip.file}: {slip.what}: not tried: {error}")
            continue
        kept.keep(slip, trial)
        if trial.named or not trial.seen_by:
            shutil.rmtree(bench.evidence_dir(slip.key), ignore_errors=True)
        say(f"{number} of {len(todo)}: {_told(trial)}")
    tally = Tally(trials=[*_tried(slips, kept)])
    for line in tally.summary():
        say(line)
    return tally.passed and not untried


def _tried(slips: list[Slip], kept: Kept) -> Iterator[Trial]:
    for slip in slips:
        if (trial := kept.get(slip)) is not None:
            yield trial


def _told(trial: Trial) -> str:
    place = f"{Path(trial.file).name}:{trial.line}: {trial.what}"
    if not trial.seen_by:
        return f"{place}: not seen by {trial.boots} boots ({trial.duration_s:.0f} s)"
    named = "named" if trial.named else f"not named: {trial.said.partition(chr(10))[0]}"
    return f"{place}: seen by {trial.seen_by}, {named} ({trial.duration_s:.0f} s)"
