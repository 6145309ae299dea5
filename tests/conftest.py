"""What all tests of the harness need."""

import os
import time

import pytest

from tests.fuzz import register_profiles

register_profiles()
# The machine that recorded the logs kept UTC, and a system log does not say so.
os.environ["TZ"] = "UTC"
# Runs that tests make are none that a CI job's own page is to tell of.
os.environ.pop("GITHUB_STEP_SUMMARY", None)
time.tzset()


LEFT_OUT = ("leftovers", "machine", "installed")
"""Marks of what takes minutes, and has a target of its own in the Makefile."""


@pytest.fixture(autouse=True)
def no_secret_of_another_test(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forget the passwords of another test's site: each would be masked here, too."""
    monkeypatch.setattr("harness.secret._named", set())


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what takes minutes unless `-m` says what is wanted."""
    long = [item for item in items if any(map(item.get_closest_marker, LEFT_OUT))]
    if long and not config.getoption("markexpr"):
        config.hook.pytest_deselected(items=long)
        items[:] = [item for item in items if item not in long]
