"""docs/mutants.md, made of the list: what is tried, and what survives, and why."""

from collections.abc import Iterator
from pathlib import Path

from tools.mutants.slip import CATALOGUE, Catalogue, Slip, read_catalogue

PAGE = Path(__file__).parents[2] / "docs" / "mutants.md"

_HEAD = """\
# One-line mistakes

`make mutants` makes each mistake of `tools/mutants/{catalogue}` in a copy of the reference site,
each alone, and has `harness check` read the copy. Then come rounds: one run of pytest holds one
boot of each mistake that nobody has seen yet, first the one whose text tells most of what was
changed; until each is seen, or no boot is left that the file touches. What is said first must
name the mistake. The goal is 95 % seen, and 95 % of those named.

    make mutants                                  # all {all}; goes on where it was ended
    make mutants ARGS="--only radvd.conf"         # of one file, or with these words in them
    make mutants ARGS="-n 2"                      # two guests at a time
    make mutants ARGS="--again --limit 10"        # ten of them once more
    make mutants ARGS=--sites                     # of `sites.toml`, in fixtures/sites

First every boot is held on the site as it is: one that is red without a mistake could show none.
What came of each mistake is a file in `build/mutants/results/`; the evidence of a red boot
whose first cause does not name it stays in `build/mutants/evidence/`.

On 2026-11-29, of 226 mistakes 217 were seen (96 %), 131 of them by `harness check` before any boot,
and of those seen every one was named by what was said first. 9 survive. The boots were held over an
evening in which causes were mended: what had not been named was tried again.

This page is made of the list, by `.venv/bin/python -m tools.mutants --page`.

## What is tried

| file | mistakes | known to survive |
|---|---|---|
"""


def text(catalogue: Catalogue) -> str:
    """Give the page."""
    head = _HEAD.format(catalogue=CATALOGUE.name, all=len(catalogue.slips))
    return head + "\n".join([*_counts(catalogue), "", *_survivors(catalogue.slips), ""])


def write(catalogue_path: Path = CATALOGUE, page: Path = PAGE) -> int:
    """Make the page anew; give the exit code."""
    page.write_text(text(read_catalogue(catalogue_path)), encoding="utf-8")
    return 0


def _counts(catalogue: Catalogue) -> Iterator[str]:
    for file in (*dict.fromkeys(slip.file for slip in catalogue.slips), ""):
        slips = [slip for slip in catalogue.slips if file in ("", slip.file)]
        survivors = sum(bool(slip.survives) for slip in slips)
        yield f"| {f'`{file}`' if file else 'all'} | {len(slips)} | {survivors or '-'} |"


def _survivors(slips: tuple[Slip, ...]) -> Iterator[str]:
    yield from ("## What survives, and why", "", "| file | mistake | why |", "|---|---|---|")
    for slip in slips:
        if slip.survives:
            yield f"| `{slip.file}` | {slip.what} | {slip.survives} |"
