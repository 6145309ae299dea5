"""The screen as the operator saw it, in colour: the states in which it stood, to scrub through."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from markupsafe import Markup

from harness.evidence.directory import EvidenceDirectory
from harness.guest.console.screen import Cell, Screen
from harness.guest.console.terminal import Decoder
from harness.secret import MASK, hidden
from harness.witness.console import read_chunks

_MOST = 40
"""States of a screen for each boot: the ones that stood longest, and those of its moments."""
_SETTLES_S = 0.02
"""A screen is drawn in pieces: what was asked of it at one moment is there this much later."""
_DEFAULT = "default"


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A screen that stood for a while."""

    at_s: float
    """Since when, in seconds since power-on."""
    rows: tuple[Markup, ...]


def pictures(store: EvidenceDirectory, moments_s: Iterable[float]) -> list[Picture]:
    """Draw a console's bytes once more, and give the screens that stood longest, in order.

    `moments_s` are those at which somebody wants to see it, whatever stood then.
    """
    chunks = read_chunks(store.console_raw_path, store.console_times_path)
    wanted = _chosen([at_s for at_s, _ in chunks], moments_s)
    decoder, screen, drawing = Decoder(), Screen(fills=True), Drawing()
    found: list[Picture] = []
    for number, (at_s, data) in enumerate(chunks):
        screen.feed(decoder.feed(data))
        if number in wanted:
            drawing.take(screen.take_changed())
            rows = drawing.rows
            if not found or found[-1].rows != rows:
                found.append(Picture(at_s=at_s, rows=rows))
    return found


def _chosen(times: Sequence[float], moments_s: Iterable[float]) -> set[int]:
    """Give after which pieces to look: before the longest silences, and at certain moments."""
    if not times:
        return set()
    last = len(times) - 1
    silences = sorted(range(last), key=lambda n: times[n + 1] - times[n], reverse=True)
    until = (
        sum(1 for each in times if each <= moment_s + _SETTLES_S) - 1 for moment_s in moments_s
    )
    return {last, *silences[:_MOST], *(number for number in until if number >= 0)}


class Drawing:
    """A screen as HTML, row by row: only what has changed is made anew."""

    def __init__(self) -> None:
        """Begin with no rows."""
        self._cells: list[Sequence[Cell]] = []
        self._texts: list[str] = []
        self._rows: list[Markup] = []

    def take(self, changed: Mapping[int, Sequence[Cell]]) -> None:
        """Draw the rows that have changed."""
        for number, cells in sorted(changed.items()):
            more = number + 1 - len(self._cells)
            self._cells += [()] * more
            self._texts += [""] * more
            self._rows += [Markup("")] * more
            self._cells[number] = cells
            self._texts[number] = "".join(cell.text[:1] or " " for cell in cells)
            self._rows[number] = _row(cells)

    @property
    def rows(self) -> tuple[Markup, ...]:
        """Give each row, passwords covered cell by cell: they may go on in the next row."""
        places = {n for start, end in hidden("".join(self._texts)) for n in range(start, end)}
        if not places:
            return tuple(self._rows)
        numbers = iter(range(sum(map(len, self._texts))))
        return tuple(
            _row([c._replace(text=MASK[0]) if next(numbers) in places else c for c in cells])
            for cells in self._cells
        )


def _row(row: Sequence[Cell]) -> Markup:
    end = max((n for n, cell in enumerate(row, 1) if _is_seen(cell)), default=0)
    runs = groupby(row[:end], key=lambda cell: cell[1:])
    return Markup("").join(_run("".join(cell.text for cell in run), *look) for look, run in runs)


def _is_seen(cell: Cell) -> bool:
    return bool(cell.text.strip()) or cell.back != _DEFAULT


def _run(text: str, front: str, back: str, bold: bool) -> Markup:
    classes = [*_colour("f", front), *_colour("b", back), *(["bold"] if bold else [])]
    styles = [*_exact("color", front), *_exact("background", back)]
    if not (classes or styles):
        return Markup("{}").format(text)
    style = Markup(' style="{}"').format(";".join(styles)) if styles else ""
    return Markup('<i class="{}"{}>{}</i>').format(" ".join(classes), style, text)


def _colour(where: str, name: str) -> Iterator[str]:
    """Give the class of one of ANSI's colours: which shade it is, the page's style says."""
    if name != _DEFAULT and not _is_exact(name):
        yield f"{where}-{name}"


def _exact(property_: str, name: str) -> Iterator[str]:
    if _is_exact(name):
        yield f"{property_}:#{name}"


def _is_exact(name: str) -> bool:
    return re.fullmatch(r"[0-9a-f]{6}", name) is not None


def steps(seen: Sequence[Picture]) -> list[list[object]]:
    """Give each picture as what changes: its time, and the rows that the one before had not."""
    found: list[list[object]] = []
    before: tuple[Markup, ...] = ()
    for picture in seen:
        height = max(len(before), len(picture.rows))
        old, new = (_padded(rows, height) for rows in (before, picture.rows))
        changed = {str(n): new[n] for n in range(height) if not found or old[n] != new[n]}
        found.append([round(picture.at_s, 3), changed])
        before = picture.rows
    return found


def _padded(rows: Sequence[Markup], height: int) -> list[Markup]:
    return [*rows, *[Markup("")] * (height - len(rows))]
