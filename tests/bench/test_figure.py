"""The arithmetic: medians, ratios pair by pair, bars."""

import pytest

from harness.errors import UsageError
from tools.bench.figure import Bar, Figure, Spread, Unit, ratios


@pytest.mark.parametrize(
    ("values", "median"), [([3.0], 3.0), ([9.0, 1.0, 2.0], 2.0), ([4.0, 1.0, 2.0, 9.0], 3.0)]
)
def test_the_median_is_the_middle(values: list[float], median: float) -> None:
    spread = Spread.of(values)
    assert (spread.low, spread.median, spread.high) == (min(values), median, max(values))
    assert spread.count == len(values)


def test_nothing_measured_is_an_error() -> None:
    with pytest.raises(UsageError, match="nothing was measured"):
        Spread.of([])


def test_ratios_are_taken_pair_by_pair() -> None:
    # The machine became twice as slow half-way: the ratio does not show it, that of medians would.
    assert ratios([1.1, 1.1, 2.2], [1.0, 1.0, 2.0]) == pytest.approx([1.1, 1.1, 1.1])


def test_a_value_without_a_partner_is_an_error() -> None:
    with pytest.raises(UsageError, match="2 values and 1"):
        ratios([1.0, 2.0], [1.0])


@pytest.mark.parametrize(
    ("bar", "value", "met"),
    [
        (Bar(limit=0.5), 0.49, True),
        (Bar(limit=0.5), 0.5, True),
        (Bar(limit=0.5), 0.51, False),
        (Bar(limit=0.85, at_least=True), 0.86, True),
        (Bar(limit=0.85, at_least=True), 0.85, True),
        (Bar(limit=0.85, at_least=True), 0.84, False),
    ],
)
def test_a_bar_is_met_up_to_its_limit(bar: Bar, value: float, met: bool) -> None:
    figure = Figure(name="x", measured=Spread.of([value]), unit=Unit.SECONDS, bar=bar)
    assert figure.is_met is met


def test_the_median_is_what_is_judged() -> None:
    measured = Spread.of([0.1, 0.2, 9.0])
    figure = Figure(name="x", measured=measured, unit=Unit.SECONDS, bar=Bar(limit=0.3))
    assert figure.is_met


def test_without_a_bar_nothing_is_judged() -> None:
    assert Figure(name="x", measured=Spread.of([1.0]), unit=Unit.RATIO).is_met is None


@pytest.mark.parametrize(
    ("unit", "value", "text"),
    [
        (Unit.SECONDS, 0.0414, "0.041 s"),
        (Unit.SECONDS, 18.046, "18.05 s"),
        (Unit.RATIO, 1.104, "1.10"),
        (Unit.SHARE, 0.853, "85 %"),
    ],
)
def test_values_are_written_with_their_unit(unit: Unit, value: float, text: str) -> None:
    assert unit.show(value) == text


def test_several_runs_show_their_range() -> None:
    assert Spread.of([1.0, 2.0, 4.0]).show(Unit.SECONDS) == "2.00 s (1.00-4.00)"
    assert Spread.of([2.0]).show(Unit.SECONDS) == "2.00 s"
