"""Whatever ends a run, and whenever, nothing of it stays and its evidence can be read."""

import random
import shutil
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.leftovers.killing import Blow, Whom, started
from tests.leftovers.look import machine

pytestmark = [pytest.mark.leftovers, pytest.mark.usefixtures("labs")]

LANES = 2
"""Runs at a time: each has two workers."""
AT_MAIN = (
    *[(signal.SIGKILL, Whom.MAIN)] * 8,
    *[(signal.SIGTERM, Whom.MAIN)] * 6,
    *[(signal.SIGTERM, Whom.GROUP)] * 4,
    *[(signal.SIGINT, Whom.GROUP)] * 10,
    *[(signal.SIGINT, Whom.MAIN)] * 2,
)
RUNS_OF_WORKERS = 4
WORKERS_A_RUN = 5
SUBJECT = ("-k", "TestVictims", "--no-progress")
KILLS = 50
"""At least; a run may have ended when it is to be struck, then more are made."""


def test_killed_at_random_moments(tmp_path: Path, seed: int) -> None:
    before = machine()
    rng = random.Random(seed)
    longest_s = undisturbed_s(tmp_path / "undisturbed")
    volleys = list(volleys_of(rng, longest_s))
    with ThreadPoolExecutor(LANES) as pool:
        lanes = [pool.submit(lane, tmp_path / str(n), volleys[n::LANES]) for n in range(LANES)]
        results = [result for each in lanes for result in each.result()]
    while sum(hits for hits, _ in results) < KILLS:
        blow = Blow(number=signal.SIGKILL, whom=Whom.MAIN, after_s=rng.uniform(0, longest_s / 2))
        results.append(struck(tmp_path / "more", [blow]))
    assert [line for _, found in results for line in found] == [], f"with --seed={seed}"
    assert machine() == before


def undisturbed_s(directory: Path) -> float:
    """Let a run pass, and give how long it took: the moments of the others lie within."""
    with started(directory, *SUBJECT) as run:
        began_s = time.monotonic()
        assert run.end() == 0, run.log_path.read_text()
        assert run.left() == []
        return time.monotonic() - began_s


def volleys_of(rng: random.Random, longest_s: float) -> Iterator[list[Blow]]:
    """Give the blows of each run, in a random order."""
    volleys = [
        [Blow(number=number, whom=whom, after_s=rng.uniform(0, longest_s))]
        for number, whom in AT_MAIN
    ]
    for _ in range(RUNS_OF_WORKERS):
        moments = [rng.uniform(0, longest_s / 2) for _ in range(WORKERS_A_RUN)]
        at_worker = [Blow(number=signal.SIGKILL, whom=Whom.WORKER, after_s=s) for s in moments]
        volleys.append([*at_worker, Blow(number=signal.SIGKILL, whom=Whom.MAIN, after_s=0)])
    rng.shuffle(volleys)
    yield from volleys


def lane(directory: Path, volleys: list[list[Blow]]) -> list[tuple[int, list[str]]]:
    """Make one run after the other; give how often each was hit, and what was left of it."""
    return [struck(directory, volley) for volley in volleys]


def struck(directory: Path, volley: list[Blow]) -> tuple[int, list[str]]:
    """Make one run, strike it; give the hits, and what was left or could not be read."""
    rng = random.Random(str(volley))
    shutil.rmtree(directory / "cache" / "warm", ignore_errors=True)
    with started(directory, *SUBJECT, env={"VICTIMS": str(len(volley))}) as run:
        found = [line for blow in volley for line in run.strike(blow, rng)]
        run.end()
        found += [*run.left(), *run.unreadable()]
        hits = run.hits
    names = ", then ".join(str(blow) for blow in volley)
    return hits, [f"{names}: {line}" for line in found]
