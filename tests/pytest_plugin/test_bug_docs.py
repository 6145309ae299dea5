"""docs/bugs.md has each pair, and the releases that it is held on."""

import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from harness.pytest_plugin.bugs import MARK, Pair

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "bugs.md").read_text()
ROWS = {row[1]: row[0] for row in re.finditer(r"^\| `(test_\w+)` \|.*$", PAGE, re.MULTILINE)}
FILES = sorted((ROOT / "scenarios" / "bugs").glob("test_*.py"))
ALL = {
    "ovmf-x64": {"2022.11", "2025.02", "2026.08"},
    "ipxe": {"1.0", "1.21", "2.0"},
}
"""What the page calls `all three`."""


def pairs(path: Path) -> Iterator[Pair]:
    """Give those of a file."""
    module = import_module(f"scenarios.bugs.{path.stem}")
    scopes = [module, *(each for each in vars(module).values() if isinstance(each, type))]
    for each in (value for scope in scopes for value in vars(scope).values()):
        marks = getattr(each, "pytestmark", ()) if callable(each) else ()
        yield from (mark.args[0] for mark in marks if mark.name == MARK)


def versions(cell: str, name: str) -> set[str]:
    """Give the releases that a cell of the table names."""
    return ALL[name] if "all three" in cell else set(re.findall(r"\d+\.\d+", cell))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_each_file_is_told_of(path: Path) -> None:
    assert f"`{path.stem}`" in PAGE
    assert (path.stem in ROWS) is bool(list(pairs(path)))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_its_releases_are_those_of_the_pair(path: Path) -> None:
    for pair in pairs(path):
        *_, shown_by, not_by, _ = ROWS[path.stem].split("|")
        name = pair.shown_by[0].partition("@")[0]
        for cell, releases in ((shown_by, pair.shown_by), (not_by, pair.not_by)):
            assert versions(cell, name) == {each.partition("@")[2] for each in releases}


def test_no_row_is_of_a_file_that_is_gone() -> None:
    assert ROWS.keys() <= {path.stem for path in FILES}
