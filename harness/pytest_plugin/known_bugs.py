"""The pairs of a project, by their names: `no_entropy` of `bugs/test_no_entropy.py`."""

import inspect
from collections.abc import Sequence
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
    """Finds the files that may hold it, and ends."""

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
    """Takes the first pair of a file."""

    def __init__(self) -> None:
        """Nothing is found yet."""
        self.found: KnownBug | None = None

    def pytest_itemcollected(self, item: pytest.Item) -> None:
        """Take it, unless there is one."""
        mark = item.get_closest_marker(MARK)
        if mark is None or not isinstance(item, pytest.Function) or self.found is not None:
            return
        pair, path = mark.args
        title, _, words = (inspect.getdoc(item.module) or "").partition("\n\n")
        self.found = KnownBug(
            scenario=f"{item.path}::{item.nodeid.partition('::')[2].partition('[')[0]}",
            title=" ".join(title.split()),
            words=words,
            sound=inspect.getdoc(item.function) or "",
            boot_path=path.id,
            pair=pair,
            site=item.config.stash[SETTINGS].site_dir,
        )


def known_bug(name: str, options: Sequence[str] = ()) -> KnownBug:
    """Give a pair by its name, as a run with these options of pytest's has it.

    Raises:
        UsageError: there is none; says which there are.
    """
    places, finder = _Places(), _Finder()
    look((), places)
    stem = name.replace("-", "_").removeprefix(_PREFIX)
    if stem not in places.names:
        raise UsageError(
            f"no bug is called {name}", cure=f"one of: {', '.join(places.names) or 'none here'}"
        )
    words = ("--collect-only", "-m", "slow or not slow", str(places.names[stem]), *options)
    said = look(words, finder)
    if finder.found is None:
        raise UsageError(f"{places.names[stem]} holds no pair: {said}")
    return finder.found
