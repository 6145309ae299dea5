"""`make mutants`: which slips are tried, and whether enough of them is noticed."""

from dataclasses import dataclass
from pathlib import Path

from tools.mutants.slip import Catalogue, Slip
from tools.mutants.tally import Tally
from tools.mutants.trial import Bench, Kept

PROJECT_DIR = Path(__file__).parents[2]
SITE = PROJECT_DIR / "fixtures" / "showmax"
WORK_DIR = PROJECT_DIR / "build" / "mutants"


@dataclass(frozen=True, kw_only=True)
class Choice:
    """Which of the slips."""

    only: str = ""
    """Part of a file's name, or of what went wrong."""
    limit: int | None = None
    """How many, at most."""
    again: bool = False
    """Whether what is kept of them is forgotten first."""

    def of(self, catalogue: Catalogue) -> list[Slip]:
        """Give the slips that are meant."""
        meant = [slip for slip in catalogue.slips if self.only in f"{slip.file}: {slip.what}"]
        return meant[: self.limit]


def mutants(bench: Bench, choice: Choice) -> bool:
    """Try the slips that are meant and not tried yet; give whether the goal is reached.

    Raises:
        HarnessError: the site is red as it is, or could not be booted.
    """
    kept = Kept(directory=bench.work_dir / "results")
    slips = choice.of(bench.catalogue)
    if choice.again:
        for slip in slips:
            kept.forget(slip)
    if not all(bench.is_over(kept.get(slip)) for slip in slips):
        bench.control()
    tally = Tally(trials=bench.trials(slips, kept))
    for line in tally.summary():
        bench.say(line)
    return tally.passed
