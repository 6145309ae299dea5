"""Directories of somebody's own builds: a tree, of which the newest build counts."""

from collections.abc import Iterable
from pathlib import Path


def is_own(word: str) -> bool:
    """Whether something is named by its place, not by a name of the catalogue."""
    return "/" in word or word.endswith(".fd")


def newest(tree: Path, patterns: Iterable[str]) -> Path | None:
    """Give the newest file of a tree that fits one of the patterns; None where none does.

    A pattern without a directory is looked for in the whole tree.
    """
    place = tree.expanduser().absolute()
    found = [path for each in patterns for path in place.rglob(each) if path.is_file()]
    return max(found, key=lambda path: (path.stat().st_mtime_ns, path), default=None)
