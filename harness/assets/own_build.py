"""Directories of somebody's own builds: a tree, of which the newest build counts."""

from collections.abc import Iterable
from glob import has_magic
from pathlib import Path

from harness.errors import UsageError


def is_own(word: str) -> bool:
    """Whether something is named by its place, not by a name of the catalogue."""
    return "/" in word or word.endswith(".fd")


def fitting(word: str) -> tuple[str, ...]:
    """Give the places that a word means: one with a pattern (`builds/*`) means all that fit it.

    Raises:
        UsageError: nothing fits.
    """
    place = Path(word).expanduser().absolute()
    if place.exists() or not has_magic(word):
        return (word,)
    root = Path(place.anchor)
    found = tuple(sorted(map(str, root.glob(str(place.relative_to(root))))))
    if not found:
        raise UsageError(
            f"nothing that there is fits {word}", cure=f"looked for {place}: name places that exist"
        )
    return found


def newest(tree: Path, patterns: Iterable[str]) -> Path | None:
    """Give the newest file of a tree that fits one of the patterns; None where none does.

    A pattern without a directory is looked for in the whole tree.
    """
    place = tree.expanduser().absolute()
    found = [path for each in patterns for path in place.rglob(each) if path.is_file()]
    return max(found, key=lambda path: (path.stat().st_mtime_ns, path), default=None)
