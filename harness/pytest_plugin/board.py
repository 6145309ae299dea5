"""How far a run is: what has ended, what waits for what, and how long the rest may take."""

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

import pytest

from harness.pytest_plugin.names import short_name
from harness.pytest_plugin.reporting import first_line

RED = ("failed", "error")


@dataclass(frozen=True, kw_only=True)
class Ended:
    """A scenario that is over with its teardown."""

    name: str
    outcome: str
    """`passed`, `failed`, `error`, `skipped` or `xfailed`."""
    took_s: float
    why: str = ""
    number: int = 0
    """Which it is, from 1."""

    @property
    def is_red(self) -> bool:
        """Whether it is to be looked at."""
        return self.outcome in RED


@dataclass(frozen=True, kw_only=True)
class Wait:
    """What a scenario waits for."""

    what: str
    since_s: float


@dataclass
class Board:
    """What the process that hears of everything knows of a run."""

    expected_s: Mapping[str, float] = field(default_factory=dict)
    """How long each took the last time, by its id."""
    workers: int = 1
    clock: Callable[[], float] = time.monotonic
    ended: int = 0
    red: int = 0
    waits: dict[str, Wait] = field(default_factory=dict)
    """By the scenario's name."""
    _left: dict[str, None] = field(default_factory=dict)
    _took_s: list[float] = field(default_factory=list)
    _reports: dict[str, list[pytest.TestReport]] = field(default_factory=dict)

    def collect(self, ids: Iterable[str]) -> None:
        """Note what is to be run; each of xdist's workers tells all of it."""
        if not self.ended:
            self._left = dict.fromkeys(ids)

    def tell(self, name: str, what: str) -> None:
        """Note what a scenario waits for now; of a verdict its colour is enough."""
        colour, _, path = what.partition(": ")
        is_verdict = path and colour in ("green", "red")
        self.waits[name] = Wait(what=colour if is_verdict else what, since_s=self.clock())

    def hear(self, report: pytest.TestReport) -> Ended | None:
        """Take a report; give how its scenario has ended, once it is over."""
        reports = self._reports.setdefault(report.nodeid, [])
        reports.append(report)
        if report.when in ("setup", "call"):
            return None
        del self._reports[report.nodeid]
        self._left.pop(report.nodeid, None)
        name = short_name(report.nodeid)
        self.waits.pop(name, None)
        self.ended += 1
        bad = next((each for each in reports if not each.passed), None)
        took_s = sum(each.duration for each in reports if each.when == "call")
        self._took_s.append(took_s)
        outcome = "passed" if bad is None else _outcome(bad)
        self.red += outcome in RED
        why = "" if bad is None else first_line(bad)
        return Ended(name=name, outcome=outcome, took_s=took_s, why=why, number=self.ended)

    @property
    def total(self) -> int:
        """How many there are."""
        return self.ended + len(self._left)

    @property
    def left_s(self) -> float | None:
        """How long the rest may take, by the last time, or by what has ended; None: unknown."""
        known = [
            *self._took_s,
            *(self.expected_s[id] for id in self._left if id in self.expected_s),
        ]
        if not known:
            return None
        usual_s = sum(known) / len(known)
        rest_s = sum(self.expected_s.get(id, usual_s) for id in self._left)
        return rest_s / max(1, min(self.workers, len(self._left) or 1))


def _outcome(report: pytest.TestReport) -> str:
    if report.failed:
        return "failed" if report.when == "call" else "error"
    return "xfailed" if hasattr(report, "wasxfail") else "skipped"


def counted(ended: Ended, total: int) -> str:
    """Say which of how many one is: `[ 37/112]`."""
    return f"[{ended.number:>{len(str(total))}}/{total}]"


def result_line(ended: Ended, total: int) -> str:
    """Say in one line how a scenario has ended."""
    word = {"passed": "green", "failed": "RED", "error": "ERROR"}.get(ended.outcome, ended.outcome)
    why = f": {ended.why}" if ended.why else ""
    return f"{counted(ended, total)} {word:<7} {ended.took_s:6.1f} s  {ended.name}{why}"


def duration_words(seconds: float) -> str:
    """Give a time that is only known roughly, as people say it."""
    if seconds < 55:
        return f"{max(5, round(seconds / 5) * 5)} s"
    return f"{round(seconds / 60)} min"
