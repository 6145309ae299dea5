"""How a benchmark's result looks: tables for people, JSON for whoever compares."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from itertools import zip_longest
from pathlib import Path

from tools.bench.figure import Bar, Figure, Spread, Unit, ratios

_VERDICT = {True: "met", False: "NOT MET", None: ""}


@dataclass(frozen=True, kw_only=True)
class Row:
    """One thing, measured in each of the ways that stand side by side."""

    name: str
    cells: tuple[Spread | None, ...]
    unit: Unit = Unit.SECONDS


@dataclass(frozen=True, kw_only=True)
class Section:
    """What one measurement gave."""

    title: str
    headings: tuple[str, ...] = ()
    """Of the rows' cells."""
    rows: tuple[Row, ...] = ()
    figures: tuple[Figure, ...] = ()
    notes: tuple[str, ...] = ()
    samples: Mapping[str, Sequence[Mapping[str, float]]] = field(default_factory=dict)
    """Every single measurement, for the JSON."""

    @property
    def is_met(self) -> bool:
        """Whether every bar is kept to."""
        return all(figure.is_met is not False for figure in self.figures)


Samples = Mapping[str, Sequence[Mapping[str, float]]]
"""By the side's name, what was measured each time, by its name."""


def side_by_side(
    title: str, samples: Samples, bars: Mapping[str, Bar], *, notes: Sequence[str] = ()
) -> Section:
    """Give medians of two sides, the earlier first, and the later one's ratios to it, in pairs."""
    before, now = samples
    columns = {
        measure: [[sample[measure] for sample in samples[name]] for name in samples]
        for measure in samples[before][0]
    }
    return Section(
        title=title,
        headings=(before, now),
        rows=tuple(
            Row(name=measure, cells=tuple(map(Spread.of, values)))
            for measure, values in columns.items()
        ),
        figures=tuple(
            Figure(
                name=f"{measure}, {now} / {before}",
                measured=Spread.of(ratios(values[1], values[0])),
                unit=Unit.RATIO,
                bar=bars.get(measure),
            )
            for measure, values in columns.items()
        ),
        notes=tuple(notes),
        samples=samples,
    )


def render(section: Section) -> str:
    """Write a section for people."""
    lines = [section.title, *_table(("", *section.headings), map(_row, section.rows))]
    if section.figures:
        heads = ("", "bar", "measured", "")
        lines += ["", *_table(heads, map(_figure, section.figures))]
    return "\n".join([*lines, *(f"  {note}" for note in section.notes)])


def _row(row: Row) -> tuple[str, ...]:
    """Give the texts of a row."""
    return (row.name, *("-" if cell is None else cell.show(row.unit) for cell in row.cells))


def _figure(figure: Figure) -> tuple[str, ...]:
    """Give the texts of a figure."""
    bar = "" if figure.bar is None else figure.bar.show(figure.unit)
    return (figure.name, bar, figure.measured.show(figure.unit), _VERDICT[figure.is_met])


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Lay texts out in columns, the first one to the left; no line for a table without rows."""
    filled = list(rows)
    if not filled:
        return []
    lines = [heads, *filled]
    widths = [max(map(len, column)) for column in zip_longest(*lines, fillvalue="")]
    return [_line(line, widths) for line in lines]


def _line(texts: Sequence[str], widths: Sequence[int]) -> str:
    """Lay out one line."""
    first, *others = texts
    cells = (text.rjust(width) for text, width in zip(others, widths[1:], strict=False))
    return "  ".join(["", first.ljust(widths[0]), *cells]).rstrip()


def write_json(path: Path, machine: Mapping[str, object], sections: Iterable[Section]) -> None:
    """Write everything down, single measurements included."""
    content = {"machine": dict(machine), "sections": [_as_json(each) for each in sections]}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _as_json(section: Section) -> dict[str, object]:
    """Give a section as JSON has it."""
    return {
        "title": section.title,
        "met": section.is_met,
        "figures": [
            {
                "name": figure.name,
                "unit": figure.unit.value,
                **asdict(figure.measured),
                "bar": None if figure.bar is None else figure.bar.show(figure.unit),
                "met": figure.is_met,
            }
            for figure in section.figures
        ],
        "rows": [
            {
                "name": row.name,
                "unit": row.unit.value,
                **{
                    head: None if cell is None else asdict(cell)
                    for head, cell in zip(section.headings, row.cells, strict=True)
                },
            }
            for row in section.rows
        ],
        "notes": list(section.notes),
        "samples": {name: list(values) for name, values in section.samples.items()},
    }
