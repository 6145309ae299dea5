"""The pairs of a project, by their names: `no_entropy` of `bugs/test_no_entropy.py`."""

import inspect
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from harness.errors import UsageError
from harness.pytest_plugin.bugs import MARK, Pair
from harness.pytest_plugin.looking import look
from harness.pytest_plugin.options import SETTINGS

_PREFIX = "test_"


@dataclass(frozen=True, kw_only=True)
class KnownBug:
    """A pair, and what its file says in words."""

    scenario: str
    """As pytest takes it."""
    title: str
    words: str
    """The rest of what the file says; "" for nothing."""
    sound: str
    """What is expected."""
    boot_path: str
    pair: Pair
    site: Path | None = None
    """The directory of the site that it is about."""


class _Places:
    """Finds the files that may hold one, and ends."""

    def __init__(self) -> None:
        """Nothing is found yet."""
        self.names: dict[str, Path] = {}

    @pytest.hookimpl(tryfirst=True)
    def pytest_cmdline_main(self, config: pytest.Config) -> int:
        """Look in the directories of scenarios."""
        for place in config.getini("netboot_scenarios"):
            for path in sorted(place.rglob(f"bugs/{_PREFIX}*.py")):
                self.names[path.stem.removeprefix(_PREFIX)] = path
        return 0


class _Finder:
    """Takes the first pair of each file."""

    def __init__(self) -> None:
        """Nothing is found yet."""
        self.found: dict[str, KnownBug] = {}

    def pytest_itemcollected(self, item: pytest.Item) -> None:
        """Take it, unless there is one."""
        mark, name = item.get_closest_marker(MARK), item.path.stem.removeprefix(_PREFIX)
        if mark is None or not isinstance(item, pytest.Function) or name in self.found:
            return
        pair, path = mark.args
        title, _, words = (inspect.getdoc(item.module) or "").partition("\n\n")
        self.found[name] = KnownBug(
            scenario=f"{item.path}::{item.nodeid.partition('::')[2].partition('[')[0]}",
            title=" ".join(title.split()),
            words=words,
            sound=inspect.getdoc(item.function) or "",
            boot_path=path.id,
            pair=pair,
            site=item.config.stash[SETTINGS].site_dir,
        )


def known_bugs(options: Sequence[str] = ()) -> Mapping[str, KnownBug]:
    """Give the pairs that there are here, by their names."""
    places = _places()
    return _found(places.values(), options)[0] if places else {}


def known_bug(name: str, options: Sequence[str] = ()) -> KnownBug:
    """Give a pair by its name, as a run with these options of pytest's has it.

    Raises:
        UsageError: there is none; says which there are.
    """
    places = _places()
    stem = name.replace("-", "_").removeprefix(_PREFIX)
    if stem not in places:
        names = ", ".join(known_bugs())
        raise UsageError(
            f"no bug is called {name}",
            cure=f"one of: {names}" if names else "`harness bug` where a project has pairs",
        )
    found, said = _found([places[stem]], options)
    if stem not in found:
        raise UsageError(
            f"{places[stem].name} holds no pair: {said}", cure="`harness bug` lists those there are"
        )
    return found[stem]


def _places() -> Mapping[str, Path]:
    places = _Places()
    look((), places)
    return places.names


def _found(places: Iterable[Path], options: Sequence[str]) -> tuple[Mapping[str, KnownBug], str]:
    """Give the pairs of some files, and what pytest had to say."""
    finder = _Finder()
    words = ("--collect-only", "-m", "slow or not slow", *map(str, places), *options)
    said = look(words, finder)
    return finder.found, said
