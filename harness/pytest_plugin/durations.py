"""How long each scenario took the last time: the longest start first.

xdist hands them out one by one, so that none of the short ones at the end waits behind
another. Tests without a lab keep their order. Kept in pytest's cache: all of xdist's workers
read the same file before the run, so that they agree on the order; the controller
writes it after.
"""

import pytest

from harness.machines import BootPath
from harness.pytest_plugin.options import SETTINGS, is_scenario
from harness.pytest_plugin.reporting import EVIDENCE_PROPERTY
from harness.pytest_plugin.run import worker_input

_KEY = "netboot/durations"
_notes: dict[str, float] = {}
"""What this process has measured; pytest's hook for reports has no config to keep it on."""


def pytest_configure(config: pytest.Config) -> None:
    """Let xdist keep no more than one scenario back for each worker, unless somebody says so."""
    if (
        config.stash[SETTINGS].is_about_a_site
        and getattr(config.option, "maxschedchunk", 0) is None
    ):
        config.option.maxschedchunk = 1


def known_durations(config: pytest.Config) -> dict[str, float]:
    """Read what earlier runs have measured."""
    cache = _cache(config)
    return dict(cache.get(_KEY, {})) if cache is not None else {}


def _cache(config: pytest.Config) -> pytest.Cache | None:
    """Give pytest's cache, which `-p no:cacheprovider` takes away."""
    return getattr(config, "cache", None)


def expected_s(config: pytest.Config, nodeid: str) -> float:
    """Give the seconds that a scenario took the last time; 0 when it never ran."""
    return known_durations(config).get(nodeid, 0.0)


def _rank(item: pytest.Item, took_s: float | None) -> tuple[float, int]:
    """Give its place, late ones first: of two that never ran, Linux and UEFI take longer.

    In a fresh checkout all have never run, and a long one at the end would run alone.
    """
    if took_s is not None:
        return took_s, 0
    waits = any(item.get_closest_marker(mark) for mark in ("needs_linux", "real_clock", "live"))
    call = getattr(item, "callspec", None)
    path = call.params.get("boot_path") if call is not None else None
    return float("inf"), 2 * waits + (isinstance(path, BootPath) and path.is_uefi)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put the longest first; those that are not known stand in front, by what they boot."""
    known = known_durations(config)
    places = [place for place, item in enumerate(items) if is_scenario(item)]
    scenarios = [items[place] for place in places]
    scenarios.sort(key=lambda item: _rank(item, known.get(item.nodeid)), reverse=True)
    for place, item in zip(places, scenarios, strict=True):
        items[place] = item


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Note how long a scenario took; the controller hears of every worker's."""
    has_lab = any(name == EVIDENCE_PROPERTY for name, _ in report.user_properties)
    if report.when == "call" and report.passed and has_lab:
        _notes[report.nodeid] = report.duration


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write down what was measured, beside what was known."""
    config = session.config
    cache = _cache(config)
    if worker_input(config) is None and _notes and cache is not None:
        cache.set(_KEY, {**known_durations(config), **_notes})
