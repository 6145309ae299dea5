"""How long a run of a tier may take: by what each boot took here, or by what the matrix guesses."""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from harness.assets.cache import cache_dir
from harness.guest.spec import Clock
from harness.host import accelerator
from harness.pytest_plugin.admission import OVERSUBSCRIPTION, core_share
from harness.pytest_plugin.again import path_of
from harness.pytest_plugin.axes import MATRIX, TIER
from harness.pytest_plugin.board import duration_words
from harness.pytest_plugin.durations import known_durations
from harness.pytest_plugin.options import SETTINGS, is_scenario, linux_reason
from harness.pytest_plugin.run import worker_total

if TYPE_CHECKING:
    from harness.host.accelerator import AcceleratorName
    from harness.pytest_plugin.tier_file import Guess

AROUND_S = 0.6
"""What a boot takes besides: its lab's start and end, its evidence."""


@dataclass(frozen=True, kw_only=True)
class Forecast:
    """What is known of a run before it."""

    boots: int
    guessed: int
    """Those that never ran here."""
    takes_s: float
    guests: int
    limit_min: int

    @property
    def is_within(self) -> bool:
        """Whether it keeps within what the tier may take."""
        return self.takes_s <= 60 * self.limit_min

    def __str__(self) -> str:
        """Say it in a sentence."""
        guessed = ""
        if self.guessed:
            number = "all" if self.guessed == self.boots else f"{self.guessed}"
            verb = "is" if self.guessed == 1 else "are"
            guessed = f"; {number} of them never ran here, and {verb} guessed"
        over = "" if self.is_within else ": more than it may take"
        return (
            f"{self.boots} boots, about {duration_words(self.takes_s)} with -n {self.guests}"
            f" (limit: {self.limit_min} min{over}){guessed}"
        )


def forecast(items: Iterable[pytest.Item], config: pytest.Config) -> Forecast:
    """Say how long these take with as many guests at a time as the run has.

    A guest that never waits takes a core, so many of them wait for one another: the longest of what
    the workers, the cores and the longest boot allow. What is guessed is a boot alone, which takes
    longer beside more guests than there are cores; what is known was beside others.
    """
    known = known_durations(config)
    boots = [item for item in items if is_scenario(item)]
    guests = worker_total(config)
    cpus = os.cpu_count() or 1
    cores = cpus * OVERSUBSCRIPTION
    alone = {item: took_s(item, known) for item in boots}
    took = {
        item: s if item.nodeid in known else s * crowding(guests, cpus) for item, s in alone.items()
    }
    shares = {item: _share(item) for item in boots}
    busy_s = sum(seconds * shares[item] for item, seconds in took.items())
    return Forecast(
        boots=len(boots),
        guessed=sum(item.nodeid not in known for item in boots),
        takes_s=max(
            (sum(took.values()) + AROUND_S * len(boots)) / guests,
            busy_s / cores,
            max(took.values(), default=0.0),
        ),
        guests=guests,
        limit_min=config.stash[TIER].limit_min,
    )


def crowding(guests: int, cpus: int) -> float:
    """Say how many times as long as alone a guest takes beside as many as are let in."""
    return max(min(guests / cpus, OVERSUBSCRIPTION), 1.0)


def took_s(item: pytest.Item, known: Mapping[str, float]) -> float:
    """Say how long a scenario took the last time, or how long it may, in seconds."""
    mark = item.get_closest_marker("boots")
    number = 1 if mark is None else mark.args[0]
    return known.get(item.nodeid) or number * _guess_s(item, item.config.stash[MATRIX].guess)


def _guess_s(item: pytest.Item, guess: "Guess") -> float:
    """Say how long a boot may take that never ran here, by what it boots."""
    if item.get_closest_marker("live") is not None:
        return guess.live_s
    if _clock(item) is Clock.REAL:
        return guess.real_clock_s
    if item.config.stash[SETTINGS].payload == "linux" or linux_reason(item):
        return guess.linux_s
    path = path_of(item)
    return guess.bios_s if path is not None and not path.is_uefi else guess.uefi_s


def _share(item: pytest.Item) -> float:
    accel: AcceleratorName = "tcg" if _emulates(item.config) else "kvm"
    is_live = item.get_closest_marker("live") is not None
    return core_share(accel, _clock(item), is_live=is_live)


def _clock(item: pytest.Item) -> Clock:
    asked = item.config.stash[SETTINGS].clock
    is_real = asked == "real" or not _emulates(item.config)
    marks = ("live", "real_clock")
    is_real = is_real or any(item.get_closest_marker(mark) is not None for mark in marks)
    return Clock.REAL if is_real else Clock.FAST


_EMULATES = pytest.StashKey[bool]()


def _emulates(config: pytest.Config) -> bool:
    """Whether guests are emulated, as the run decides."""
    if _EMULATES not in config.stash:
        chosen = accelerator.choose(config.stash[SETTINGS].accel, cache_dir=cache_dir())
        config.stash[_EMULATES] = chosen.name == "tcg"
    return config.stash[_EMULATES]
