"""What all tests of the evidence need."""

import time

import pytest


@pytest.fixture(autouse=True)
def utc(monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine that recorded the logs kept UTC, and a system log does not say so."""
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
