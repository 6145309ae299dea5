"""The longest scenarios start first, and none waits behind another."""

from types import SimpleNamespace
from typing import cast

import pytest

from harness.pytest_plugin import durations
from harness.pytest_plugin.options import SETTINGS


def chunk(*, is_about_a_site: bool = True, **options: object) -> object:
    """Give xdist's option after the plugin has seen it."""
    stash = {SETTINGS: SimpleNamespace(is_about_a_site=is_about_a_site)}
    config = SimpleNamespace(option=SimpleNamespace(**options), stash=stash)
    durations.pytest_configure(cast("pytest.Config", config))
    return getattr(config.option, "maxschedchunk", "no xdist")


def test_workers_keep_one_scenario_back() -> None:
    assert chunk(maxschedchunk=None) == 1


def test_somebodys_own_number_stays() -> None:
    assert chunk(maxschedchunk=7) == 7


def test_other_peoples_runs_stay_as_they_are() -> None:
    assert chunk(maxschedchunk=None, is_about_a_site=False) is None


def test_without_xdist_there_is_nothing_to_say() -> None:
    assert chunk() == "no xdist"
