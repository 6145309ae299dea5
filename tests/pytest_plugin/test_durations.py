"""The longest scenarios start first, and none waits behind another."""

from types import SimpleNamespace
from typing import cast

import pytest

from harness.machines import BOOT_PATHS
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


def item(nodeid: str, path: str = "", *marks: str) -> pytest.Item:
    """Make a scenario on a boot path."""
    made = SimpleNamespace(
        nodeid=nodeid,
        get_closest_marker=lambda mark: mark in marks,
        callspec=SimpleNamespace(params={"boot_path": BOOT_PATHS[path]} if path else {}),
    )
    return cast("pytest.Item", made)


def test_the_longest_start_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those that never ran before them, by what they boot."""
    monkeypatch.setattr(durations, "is_scenario", lambda _item: True)
    monkeypatch.setattr(durations, "known_durations", lambda _config: {"short": 1.0, "long": 60.0})
    items = [
        *(item("short"), item("new"), item("bios", "bios-ipxe-rom"), item("long")),
        *(item("uefi", "x64-http-ipv4"), item("keys", "bios-ipxe-rom", "real_clock")),
        item("system", "x64-http-ipv4", "needs_linux"),
    ]
    durations.pytest_collection_modifyitems(cast("pytest.Config", None), items)
    assert [each.nodeid for each in items] == [
        *("system", "keys", "uefi", "new", "bios", "long", "short")
    ]
