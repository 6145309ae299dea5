"""How sure a result is when boots may differ from one another: a sequential test.

The ends, of which one is known to be good and one to be bad, tell how often either is red. What is
tried is run until it is that much likelier to be like one of them than like the other (Wald, 1945).
Each rate is taken as (red + 1) / (runs + 2), Laplace's rule: two runs that agree are no proof.
"""

from dataclasses import dataclass

CERTAIN = 0.95
"""How likely the nearer side has to be before a version counts as one of it."""
ENDS = 2
"""Runs of each end before their rates are looked at."""
MOST = 12
"""Runs of one version; what is not certain by then cannot be told."""
_APART = 2.0
"""How many times more often the bad end has to be red than the good one."""


@dataclass(frozen=True)
class Counts:
    """How often something was red, and how often green."""

    red: int = 0
    green: int = 0

    @property
    def runs(self) -> int:
        """How often it was run."""
        return self.red + self.green

    @property
    def rate(self) -> float:
        """How often it is red, as far as that can be said."""
        return (self.red + 1) / (self.runs + 2)

    def __add__(self, other: "Counts") -> "Counts":
        """Count both."""
        return Counts(self.red + other.red, self.green + other.green)

    def __str__(self) -> str:
        """Say it as people do."""
        return f"{self.red} of {self.runs} red"


def are_apart(good: Counts, bad: Counts) -> bool:
    """Whether the ends differ enough for anything to be told by them."""
    return min(good.runs, bad.runs) >= ENDS and bad.rate >= _APART * good.rate


def likely_bad(seen: Counts, *, good: Counts, bad: Counts) -> float:
    """Give how likely it is that what was seen is like the bad end, from 0 to 1."""
    as_bad = bad.rate**seen.red * (1 - bad.rate) ** seen.green
    as_good = good.rate**seen.red * (1 - good.rate) ** seen.green
    return as_bad / (as_bad + as_good)
