"""How sure a result is when boots may differ from one another: a sequential test.

The ends, of which one is known to be good and one to be bad, tell how often either is red. What is
tried is run until it is that much likelier to be like one of them than like the other (Wald, 1945).
Each rate is taken as (red + 1) / (runs + 2), Laplace's rule: two runs that agree are no proof.
Before that, the ends have to differ by more than chance: of two that are red equally often, 3 times
of 10, the bad one's rate alone looked twice as high in every third search.
"""

from dataclasses import dataclass
from fractions import Fraction
from math import factorial

CERTAIN = 0.95
"""How likely the nearer side has to be before a version counts as one of it."""
ENDS = 2
"""Runs of each end before their rates are looked at."""
MOST = 12
"""Runs of one version; what is not certain by then cannot be told."""
_WHOLE = 0.99
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
    """Whether the ends differ enough, and surely enough, for anything to be told by them."""
    differ = min(good.runs, bad.runs) >= ENDS and bad.rate >= _APART * good.rate
    return differ and likely_apart(good, bad) >= CERTAIN


def likely_apart(good: Counts, bad: Counts) -> float:
    """Give how likely it is that the bad end is red more often than the good one, from 0 to 1.

    Before anything was run every rate is as likely as any other, so that behind it each is spread
    as Beta(red + 1, green + 1); this is the chance that of two such the one is the higher.
    """
    a, b, d = good.red + 1, good.green + 1, bad.green + 1
    terms = (
        _beta(a + number, b + d) / ((d + number) * _beta(1 + number, d) * _beta(a, b))
        for number in range(bad.red + 1)
    )
    return float(sum(terms, Fraction()))


def _beta(a: int, b: int) -> Fraction:
    return Fraction(factorial(a - 1) * factorial(b - 1), factorial(a + b - 1))


def percent(chance: float) -> str:
    """Say a chance as people do; no number of runs makes it a whole one."""
    return "over 99%" if chance > _WHOLE else f"{chance:.0%}"


def likely_bad(seen: Counts, *, good: Counts, bad: Counts) -> float:
    """Give how likely it is that what was seen is like the bad end, from 0 to 1."""
    as_bad = bad.rate**seen.red * (1 - bad.rate) ** seen.green
    as_good = good.rate**seen.red * (1 - good.rate) ** seen.green
    return as_bad / (as_bad + as_good)
