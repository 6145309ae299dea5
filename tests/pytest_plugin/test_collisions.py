"""None of the plugin's names is one that pytest or a common plugin has.

The foreign names are kept as they were installed (`data/foreign.txt` has the versions), so that
no test needs those plugins; ours are asked of pytest.
"""

import argparse
import re
from pathlib import Path

import pytest

from harness import pytest_plugin
from harness.pytest_plugin import fixtures, repeat

FOREIGN = (Path(__file__).parent / "data" / "foreign.txt").read_text()


def foreign(section: str) -> set[str]:
    """Give the foreign names of one kind."""
    found = re.search(rf"^\[{section}\]\n([^\[]*)", FOREIGN, re.MULTILINE)
    assert found
    return set(found.group(1).split())


class Names:
    """Stands for pytest's parser and its groups: notes what is declared."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.options: set[str] = set()
        self.dests: set[str] = set()
        self.ini: set[str] = set()

    def getgroup(self, _name: str) -> "Names":
        """Give what notes a group's options."""
        return self

    def addoption(self, *names: str, **_manner: object) -> None:
        """Note an option, under the name that argparse gives it, too."""
        self.options.update(names)
        self.dests.add(argparse.ArgumentParser().add_argument(*names).dest)

    def addini(self, name: str, *_help: str, **_manner: object) -> None:
        """Note a setting."""
        self.ini.add(name)


@pytest.fixture
def ours() -> Names:
    """Give the plugin's own names."""
    names = Names()
    for module in pytest_plugin.MODULES:
        if hasattr(module, "pytest_addoption"):
            module.pytest_addoption(names)
    return names


def own_fixtures() -> set[str]:
    """Give the names of the plugin's fixtures."""
    named = {**vars(fixtures), **vars(repeat)}
    return {name for name, each in named.items() if "FixtureFunction" in type(each).__name__}


@pytest.mark.parametrize("kind", ["options", "dests", "ini"])
def test_what_is_declared_is_nobody_elses(ours: Names, kind: str) -> None:
    own: set[str] = getattr(ours, kind)
    assert own
    assert own & foreign(kind) == set()


def test_fixtures_are_nobody_elses() -> None:
    assert {"lab", "site", "evidence_dir", "repetition"} <= own_fixtures()
    assert own_fixtures() & foreign("fixtures") == set()


@pytest.mark.parametrize(
    ("kind", "name"),
    [("options", "--count"), ("options", "--timeout"), ("dests", "group"), ("fixtures", "page")],
)
def test_a_collision_would_be_seen(kind: str, name: str) -> None:
    assert name in foreign(kind)
