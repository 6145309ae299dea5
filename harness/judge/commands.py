"""Whose the scripts of a boot are, and their commands: its loader's, or of one that that led to."""

from collections.abc import Iterator

from harness.judge.boot import Boot
from harness.loaders import LOADERS, Loader


def commands_of(boot: Boot, matter: str, *, path: str = "") -> tuple[str, ...]:
    """Give the commands by which scripts of this boot, or this one, do something.

    Those of its first loader come first.
    """
    found = (each.settings.get(matter, ()) for each in _loaders(boot, path))
    return tuple(dict.fromkeys(command for commands in found for command in commands))


def matters_of(boot: Boot) -> tuple[str, ...]:
    """Give all for which scripts of this boot have commands."""
    return tuple(dict.fromkeys(matter for each in _loaders(boot) for matter in each.settings))


def written_as(boot: Boot, row: str) -> tuple[str, ...]:
    """Give how scripts of this boot may write a row of a menu."""
    found = (each.written_as(row) for each in _loaders(boot))
    return tuple(dict.fromkeys(words for rows in found for words in rows))


def whose(boot: Boot, path: str) -> Loader:
    """Give the loader that a script is for: the first, unless its name is another's."""
    return next(_loaders(boot, path))


def _loaders(boot: Boot, path: str = "") -> Iterator[Loader]:
    """Go through the first loader, and those that it led to, as the names of scripts tell."""
    names = [name for name, place in boot.scripts.items() if path in ("", place)]
    others = [
        each
        for each in LOADERS
        if each.kind != boot.loader.kind and any(each.is_script(name, b"") for name in names)
    ]
    if not (path and others):
        yield boot.loader
    yield from others
