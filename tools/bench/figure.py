"""The arithmetic of a benchmark: medians, ratios pair by pair, and bars."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from harness.errors import UsageError


class Unit(Enum):
    """What a figure is counted in."""

    SECONDS = "s"
    RATIO = ""
    SHARE = "%"
    MEMORY = "MiB"

    def show(self, value: float) -> str:
        """Write a value for people."""
        if self is Unit.SHARE:
            return f"{value * 100:.0f} %"
        if self is Unit.MEMORY:
            return f"{value:.1f} MiB"
        digits = 3 if self is Unit.SECONDS and value < 1 else 2
        return f"{value:.{digits}f} {self.value}".rstrip()


@dataclass(frozen=True, kw_only=True)
class Spread:
    """Several measurements of one thing: its median is quoted, its ends show the noise."""

    low: float
    median: float
    high: float
    count: int

    @classmethod
    def of(cls, values: Sequence[float]) -> "Spread":
        """Sum up measurements.

        Raises:
            UsageError: there are none.
        """
        if not values:
            raise UsageError("nothing was measured", cure="ask for at least one run")
        return cls(
            low=min(values), median=statistics.median(values), high=max(values), count=len(values)
        )

    def show(self, unit: Unit) -> str:
        """Write it for people: the median, and in what range it lies."""
        text = unit.show(self.median)
        if self.count == 1:
            return text
        return f"{text} ({unit.show(self.low).split()[0]}-{unit.show(self.high).split()[0]})"


def ratios(values: Sequence[float], baseline: Sequence[float]) -> list[float]:
    """Divide pair by pair: what drifts over the minutes is the same in both of a pair.

    Raises:
        UsageError: some have no partner.
    """
    if len(values) != len(baseline):
        raise UsageError(f"{len(values)} values and {len(baseline)} to compare them with")
    return [value / other for value, other in zip(values, baseline, strict=True)]


@dataclass(frozen=True, kw_only=True)
class Bar:
    """What a figure must not exceed; with `at_least`, what it must reach."""

    limit: float
    at_least: bool = False

    def is_met(self, value: float) -> bool:
        """Whether a value keeps to it; the limit itself does."""
        return value >= self.limit if self.at_least else value <= self.limit

    def show(self, unit: Unit) -> str:
        """Write it for people."""
        return f"{'≥' if self.at_least else '≤'} {unit.show(self.limit)}"


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A figure with, as a rule, a bar beside it."""

    name: str
    measured: Spread
    unit: Unit
    bar: Bar | None = None

    @property
    def is_met(self) -> bool | None:
        """Whether its median keeps to its bar; None without one."""
        return None if self.bar is None else self.bar.is_met(self.measured.median)
