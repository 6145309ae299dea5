"""A plugin of any checkout's pytest: what bringing a lab up, the body and the end took.

It is loaded there as part of a package of another name, whose `tools` and `harness` are that
checkout's own: so its imports are relative.
"""

import json
import time
from dataclasses import asdict
from pathlib import Path
from typing import Protocol

from .stopwatch import Lap, Stopwatch

_FILE = "laps.jsonl"
"""In the directory of the run's evidence: a line for each scenario with a lab."""
_NEEDS_LINUX = "needs_linux"
"""The mark of those that do not boot the default payload."""


class Mark(Protocol):
    """What is used of pytest's mark."""

    @property
    def name(self) -> str:
        """Its name."""


class Config(Protocol):
    """What is used of pytest's config."""

    def getoption(self, name: str) -> object:
        """Give an option's value."""


class Request(Protocol):
    """What is used of pytest's request."""

    @property
    def config(self) -> Config:
        """The run's."""


class Fixture(Protocol):
    """What is used of pytest's fixture definition."""

    @property
    def argname(self) -> str:
        """Its name."""


class Item(Protocol):
    """What is used of pytest's item."""

    own_markers: list[Mark]


class _Run:
    """The scenario that runs."""

    watch: Stopwatch | None = None
    power_on_s = 0.0


def pytest_itemcollected(item: Item) -> None:
    """Let a scenario boot what most do, though it asks for Linux."""
    item.own_markers = [mark for mark in item.own_markers if mark.name != _NEEDS_LINUX]


def pytest_fixture_setup(fixturedef: Fixture) -> None:
    """Begin with the lab, when all that it is made with is there."""
    if fixturedef.argname == "lab":
        _Run.watch = Stopwatch()


def pytest_runtest_call() -> None:
    """The lab is up; the first that a body does is to switch the guest on."""
    _lap("up")
    _Run.power_on_s = time.time()


def pytest_runtest_teardown() -> None:
    """The body is done."""
    _lap("body")


def pytest_fixture_post_finalizer(fixturedef: Fixture, request: Request) -> None:
    """Write down what it took, once the lab is gone."""
    if fixturedef.argname == "lab" and _Run.watch is not None:
        _lap("down")
        laps = {name: asdict(lap) for name, lap in _Run.watch.laps.items()}
        line = json.dumps({"power_on_s": _Run.power_on_s, "laps": laps})
        _Run.watch = None
        with Path(str(request.config.getoption("evidence")), _FILE).open("a") as file:
            file.write(f"{line}\n")


def _lap(name: str) -> None:
    """End a lap, of a scenario that has a lab."""
    if _Run.watch is not None:
        _Run.watch.lap(name)


Probed = tuple[dict[str, Lap], float]
"""A scenario's laps, and the time of day at which its body began."""


def read(evidence_dir: Path) -> list[Probed]:
    """Give what was seen of each scenario, in the order in which they ended."""
    lines = map(json.loads, (evidence_dir / _FILE).read_text().splitlines())
    return [
        ({name: Lap(**lap) for name, lap in line["laps"].items()}, line["power_on_s"])
        for line in lines
    ]
