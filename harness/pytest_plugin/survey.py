"""What a tier is, before it is run: pytest collects it, and nothing is booted."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING

import pytest

from harness.errors import HarnessError, UsageError
from harness.plan.boot_text import BOOT_SUFFIX
from harness.pytest_plugin.axes import EXCLUDED, columns_of, parts_of
from harness.pytest_plugin.bugs import MARK as BUG
from harness.pytest_plugin.durations import known_durations
from harness.pytest_plugin.forecast import Forecast, forecast, took_s
from harness.pytest_plugin.looking import look
from harness.pytest_plugin.options import is_scenario

if TYPE_CHECKING:
    from harness.pytest_plugin.tier_file import MatrixFile

_LAST_LINES = 15
_USUAL, _OWN = "usual parts", "each bug's releases"


@dataclass(frozen=True, kw_only=True)
class Share:
    """A part of a tier: scenarios of one place, on machines made of the same."""

    boots: int
    takes_s: float
    """Of all of them, one after the other."""


@dataclass(frozen=True, kw_only=True)
class Survey:
    """A tier, counted."""

    shares: Mapping[tuple[str, str], Share]
    """What machines are made of, and where the scenarios lie → the part."""
    left_out: Counter[str]
    """By the matrix's reason."""
    forecast: Forecast


class _Reader:
    """Reads the project's matrix where pytest finds it, and ends."""

    def __init__(self) -> None:
        """Nothing is read yet."""
        self.matrix: MatrixFile | None = None
        self.error: HarnessError | None = None

    @pytest.hookimpl(tryfirst=True)
    def pytest_cmdline_main(self, config: pytest.Config) -> int:
        """Read it."""
        from harness.pytest_plugin.tier_file import read_matrix

        try:
            self.matrix = read_matrix(config.rootpath / config.getini("netboot_matrix"))
        except HarnessError as error:
            self.error = error
        return 0


class _Counter:
    """Counts what pytest has collected."""

    def __init__(self) -> None:
        """Nothing is counted yet."""
        self.survey: Survey | None = None
        self.error: HarnessError | None = None

    @pytest.hookimpl(trylast=True)
    def pytest_sessionstart(self, session: pytest.Session) -> None:
        """Look whether the axes mean anything, as a run does: each scenario would fail by it."""
        try:
            columns_of(session.config)
        except HarnessError as error:
            self.error = error
            raise pytest.UsageError(str(error)) from error

    @pytest.hookimpl(trylast=True)
    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Count, unless something could not be collected: the number would be too small."""
        config = session.config
        if session.testsfailed:
            return
        known = known_durations(config)
        taken: dict[tuple[str, str], list[float]] = {}
        for item in sorted(filter(is_scenario, session.items), key=_order):
            key = _made_of(item), _group(item)
            taken.setdefault(key, []).append(took_s(item, known))
        self.survey = Survey(
            shares={key: Share(boots=len(each), takes_s=sum(each)) for key, each in taken.items()},
            left_out=config.stash.get(EXCLUDED, Counter()),
            forecast=forecast(session.items, config),
        )


def matrix_of_project() -> "MatrixFile":
    """Read the matrix of the project that one stands in.

    Raises:
        UsageError: it has none.
    """
    reader = _Reader()
    said = look((), reader)
    if reader.matrix is None:
        raise reader.error or UsageError(f"pytest finds no project here: {said}")
    return reader.matrix


def survey(tier: str) -> Survey:
    """Count a tier.

    Raises:
        UsageError: it cannot be collected, in pytest's words.
    """
    counter = _Counter()
    said = look(("--collect-only", "--tier", tier), counter)
    if counter.survey is None:
        raise counter.error or UsageError(
            f"tier {tier} cannot be collected", last_lines=said.splitlines()[-_LAST_LINES:]
        )
    return counter.survey


def _made_of(item: pytest.Item) -> str:
    if item.get_closest_marker(BUG) is not None:
        return _OWN
    parts = parts_of(item)
    return (parts.id if parts is not None else "") or _USUAL


def _order(item: pytest.Item) -> tuple[bool, str, str]:
    """Give its place in the table: the usual first."""
    made_of = _made_of(item)
    return made_of != _USUAL, made_of, _group(item)


def _group(item: pytest.Item) -> str:
    """Name the place of a scenario as people see it."""
    place = PurePath(item.nodeid.partition("::")[0])
    return "approved boots" if place.suffix == BOOT_SUFFIX else str(place.parent)
