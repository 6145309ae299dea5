"""A run as a whole: its boots, where each stands, what is new beside the run before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from harness.errors import UsageError
from harness.report.facts import BootFacts, last_run, read_facts
from harness.report.matrix import Matrix, last_tries, matrix, place_of
from harness.report.sides import Beside


@dataclass(frozen=True, kw_only=True)
class Run:
    """A run, as the page's first screen shows it."""

    dir: Path
    boots: Sequence[BootFacts]
    matrix: Matrix
    numbers: Mapping[str, int]
    """A boot's name → its number on the page."""
    missing: Sequence[str] = ()
    """What should be in it and is not: shards."""
    beside_dir: Path | None = None
    beside: Mapping[str, Beside] = field(default_factory=dict)
    """A boot's name → it beside the same of the other run."""
    beside_tests: Sequence[str] = ()
    """All that the other run has booted."""
    is_last: bool = True
    """Whether the other run is the one before it."""

    @property
    def tries(self) -> list[BootFacts]:
        """The boots that count: of one that was confirmed, the second."""
        return list(last_tries(self.boots))

    @property
    def red(self) -> list[BootFacts]:
        """Those that are red, the new ones first."""
        found = [each for each in self.tries if each.is_red]
        return sorted(found, key=lambda each: not self.is_new(each))

    @property
    def green(self) -> list[BootFacts]:
        """Those that are green: neither red nor without a verdict."""
        return [each for each in self.tries if each.is_green]

    @property
    def headline(self) -> str:
        """How it went, in a few words."""
        total, red, green = len(self.tries), len(self.red), len(self.green)
        many, lacks = len(self.missing) > 1, f"{len(self.missing)} of its shards"
        without = f"; {lacks} {'are' if many else 'is'} missing" if self.missing else ""
        if rest := total - red - green:
            without = f", {rest} without a verdict{without}"
        if red:
            return f"{red} of {total} boot{'s' * (total > 1)} red{without}"
        if without:
            return f"{green} of {total} boot{'s' * (total > 1)} green{without}"
        return "The boot is green" if total == 1 else f"All {total} boots green"

    @property
    def colour(self) -> str:
        """That of the whole."""
        if self.red or self.missing:
            return "red"
        return "green" if len(self.green) == len(self.tries) else "grey"

    def is_new(self, boot: BootFacts) -> bool:
        """Whether it is red and was not."""
        return boot.name in self.beside and self.beside[boot.name].is_new

    @property
    def new(self) -> list[BootFacts]:
        """Those that are red and were not."""
        return [each for each in self.red if self.is_new(each)]

    @property
    def mended(self) -> list[Beside]:
        """Those that were red and are not."""
        return [each for each in self.beside.values() if each.is_mended]

    @property
    def gone(self) -> list[str]:
        """What was run in the named other run and is not here: it is neither green nor red.

        The run before may have been of something else.
        """
        if self.is_last:
            return []
        here = {each.test for each in self.boots}
        here |= {each.there.test for each in self.beside.values()}
        return sorted(test for test in self.beside_tests if test not in here)

    @property
    def changed(self) -> list[Beside]:
        """The boots that went otherwise than beside."""
        return [
            each
            for name, each in self.beside.items()
            if each.is_new or each.is_mended or each.pace or each.path or each.versions
        ]

    @property
    def options(self) -> dict[str, list[str]]:
        """What all boots were run with: of each option the values that there were."""
        names = dict.fromkeys(name for each in self.boots for name in each.summary.options)
        return {
            name: sorted({each.summary.options.get(name, "-") for each in self.boots})
            for name in names
        }


def read_run(
    run_dir: Path, boots: list[BootFacts], *, beside: Path | None, missing: Sequence[str] = ()
) -> Run:
    """Put a run's boots in order, beside those of another one or of the one before.

    Raises:
        UsageError: that one has no boots.
    """
    other_dir = beside or last_run(run_dir, boots)
    others = [] if other_dir is None else read_facts(other_dir)
    if beside is not None and not others:
        raise UsageError(f"no bundle of a boot (boot.json) is in {beside}")
    by_test = {each.test: each for each in last_tries(others)}
    by_place = {place_of(each): each for each in by_test.values()}
    pairs = ((each, by_test.get(each.test) or by_place.get(place_of(each))) for each in boots)
    return Run(
        dir=run_dir,
        boots=boots,
        matrix=matrix(boots),
        missing=missing,
        numbers={each.name: number for number, each in enumerate(boots)},
        beside_dir=other_dir,
        beside={e.name: Beside(here=e, there=other) for e, other in pairs if other is not None},
        beside_tests=sorted(by_test),
        is_last=beside is None,
    )
