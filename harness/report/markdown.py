"""A run in a page of Markdown: for a CI job's own page, and whoever reads text."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from harness.report.facts import BootFacts
from harness.report.matrix import place_of
from harness.report.run import Run
from harness.secret import masked

_MOST = 40
"""Red boots that are listed: a CI service takes a megabyte, and a person less."""
_MEANT_OTHERWISE = re.compile(r"([\\`*_{}\[\]<>|#])")


def markdown(run: Run) -> str:
    """Say how a run went: how many are red, which and why, and each machine's count."""
    changes = (*_red(run), *_mended(run), *_gone(run))
    return "\n".join([*_headline(run), *changes, *_machines(run), *_paces(run), ""])


def _headline(run: Run) -> Iterator[str]:
    total, red = len(run.tries), len(run.red)
    yield f"## {run.headline}"
    yield ""
    yield from _listed([f"missing: {_plain(each)}" for each in run.missing])
    if run.beside_dir is not None:
        new = f"{len(run.new) or 'none'} of them new, " if red else ""
        mended = f"{len(run.mended)} mended, " if run.mended else ""
        yield f"{new}{mended}beside `{run.beside_dir.name}`. "
    yield f"{len(run.green)} green of {total}; `report.html` in `{run.dir.name}` shows each."
    yield ""


def _red(run: Run) -> Iterator[str]:
    if not run.red:
        return
    yield "| red | what | first cause |"
    yield "|---|---|---|"
    for boot in run.red[:_MOST]:
        machine, line = place_of(boot)[2], place_of(boot)[1]
        new = " **new**" if run.is_new(boot) else ""
        cause = next(iter(boot.summary.causes), "").partition("\n")[0]
        yield f"| {_plain(machine)} {_plain(line)}{new} | {_plain(boot.why)} | {_plain(cause)} |"
    if len(run.red) > _MOST:
        yield f"| and {len(run.red) - _MOST} more | | |"
    yield ""


def _mended(run: Run) -> Iterator[str]:
    """Say which boots were red beside, and are green."""
    yield from _listed([f"{_plain(_name(each.here))} is green again" for each in run.mended])


def _gone(run: Run) -> Iterator[str]:
    """Say which boots were there beside, and are not here."""
    yield from _listed([f"{_plain(test)} was not run" for test in run.gone])


def _listed(lines: Sequence[str]) -> Iterator[str]:
    yield from (f"- {line}" for line in lines[:_MOST])
    if len(lines) > _MOST:
        yield f"- and {len(lines) - _MOST} more"
    if lines:
        yield ""


def _machines(run: Run) -> Iterator[str]:
    counts: dict[str, Counter[bool]] = {}
    for boot in run.tries:
        counts.setdefault(place_of(boot)[2], Counter())[boot.is_red] += 1
    yield "| machine | green | red |"
    yield "|---|--:|--:|"
    for column in dict.fromkeys(each.machine for each in run.matrix.columns):
        found = counts.get(column, Counter())
        yield f"| {_plain(column)} | {found[False]} | {found[True] or ''} |"
    yield ""


def _paces(run: Run) -> Iterator[str]:
    """Say which boots took another time than beside."""
    for each in run.beside.values():
        if each.pace == "slower":
            took = f"{each.there.took_s:.1f} s → {each.here.took_s:.1f} s"
            yield f"- {_plain(_name(each.here))} is slower: {took}"


def _name(boot: BootFacts) -> str:
    return f"{place_of(boot)[2]} {place_of(boot)[1]}"


def _plain(text: str) -> str:
    """Give a text that means nothing but itself in Markdown, in one line."""
    return _MEANT_OTHERWISE.sub(r"\\\1", " ".join(masked(text).split()))
