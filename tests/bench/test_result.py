"""What people and programs are given to read."""

import json
from pathlib import Path

from tools.bench.figure import Bar, Figure, Spread, Unit
from tools.bench.result import Row, Section, render, write_json

WALL = Spread.of([10.0, 12.0, 11.0])
SECTION = Section(
    title="boot by some path",
    headings=("bare", "harness"),
    rows=(
        Row(name="whole scenario", cells=(WALL, Spread.of([12.1]))),
        Row(name="CPU", cells=(None, Spread.of([0.5]))),
    ),
    figures=(
        Figure(name="good", measured=Spread.of([1.0]), unit=Unit.RATIO, bar=Bar(limit=1.1)),
        Figure(name="bad", measured=Spread.of([1.2]), unit=Unit.RATIO, bar=Bar(limit=1.1)),
        Figure(name="unjudged", measured=Spread.of([7.0]), unit=Unit.RATIO),
    ),
    notes=("a note",),
    samples={"bare": [{"wall_s": 10.0}]},
)


def test_a_section_as_people_see_it() -> None:
    assert render(SECTION).splitlines() == [
        "boot by some path",
        "                                   bare  harness",
        "  whole scenario  11.00 s (10.00-12.00)  12.10 s",
        "  CPU                                 -  0.500 s",
        "",
        "               bar  measured",
        "  good      ≤ 1.10      1.00      met",
        "  bad       ≤ 1.10      1.20  NOT MET",
        "  unjudged              7.00",
        "  a note",
    ]


def test_one_bar_missed_is_a_section_missed() -> None:
    assert not SECTION.is_met
    assert Section(title="x", figures=SECTION.figures[::2]).is_met
    assert Section(title="nothing to judge").is_met


def test_the_json_has_it_all(tmp_path: Path) -> None:
    path = tmp_path / "build" / "bench.json"
    write_json(path, {"cores": 2}, [SECTION])
    content = json.loads(path.read_text())
    assert content["machine"] == {"cores": 2}
    [section] = content["sections"]
    assert [figure["met"] for figure in section["figures"]] == [True, False, None]
    assert section["figures"][1]["bar"] == "≤ 1.10"
    assert section["rows"][0]["bare"]["median"] == 11.0
    assert section["rows"][1]["bare"] is None
    assert section["samples"] == {"bare": [{"wall_s": 10.0}]}
