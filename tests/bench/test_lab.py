"""What is said of labs that went up and down."""

from tools.bench.lab import summary
from tools.bench.stopwatch import Lap


def laps(up_s: float, down_s: float) -> dict[str, Lap]:
    """Give what one lab took."""
    return {"up": Lap(wall_s=up_s, cpu_s=0.1), "down": Lap(wall_s=down_s, cpu_s=0.0)}


def test_up_and_down_are_judged_by_their_medians() -> None:
    section = summary([laps(0.2, 0.05), laps(0.25, 0.15), laps(2.0, 0.2)])
    assert {figure.name: figure.is_met for figure in section.figures} == {
        "lab up": True,
        "lab down": False,
    }
    up, down = section.rows
    assert up.cells[1] is not None
    assert down.cells[1] is None
    assert [lap["wall_s"] for lap in section.samples["up"]] == [0.2, 0.25, 2.0]
