"""The longest scenarios start first, and none waits behind another."""

from types import SimpleNamespace
from typing import cast

import pytest

from harness.pytest_plugin import durations


def chunk(**options: object) -> object:
    """Give xdist's option after the plugin has seen it."""
    config = SimpleNamespace(option=SimpleNamespace(**options))
    durations.pytest_configure(cast("pytest.Config", config))
    return getattr(config.option, "maxschedchunk", "no xdist")


def test_workers_keep_one_scenario_back() -> None:
    assert chunk(maxschedchunk=None) == 1


def test_somebodys_own_number_stays() -> None:
    assert chunk(maxschedchunk=7) == 7


def test_without_xdist_there_is_nothing_to_say() -> None:
    assert chunk() == "no xdist"
