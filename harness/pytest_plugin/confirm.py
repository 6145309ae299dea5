"""A boot that is red on the fast clock is booted again on the real one, and that counts.

A guest with the fast clock lives through ten seconds while its servers have one. Where
the host keeps a daemon waiting (a busy disk is enough), firmware gives up on a server that
is only late. On the real clock it would not have: so a red boot is told, and confirmed there
before it counts. What is wrong with the site is red on both clocks; nothing turns green
by it that the real clock does not find green, by the same witnesses. Where the witnesses
saw nobody late, the first boot counts.
"""

from collections import Counter

import pytest

from harness.errors import BootError
from harness.guest.spec import Clock
from harness.pytest_plugin.names import short_name
from harness.pytest_plugin.options import is_scenario
from harness.pytest_plugin.private import run_again
from harness.pytest_plugin.progress import teller
from harness.pytest_plugin.reporting import first_line
from harness.pytest_plugin.run import decided_run

RED_ON_FAST = "red_on_fast_clock"
"""Property of a report, and so in JUnit's XML: what the fast clock's boot was red by."""
_ERROR = pytest.StashKey[BaseException | None]()
_OF_THE_BOOT = (AssertionError, pytest.fail.Exception)
"""What a boot, or the scenario, is red by. Wrong use and a fault of the host know no clock."""
_CONFIRMS = pytest.StashKey[bool]()
_REAL = ("real_clock", "live")
"""Marks of scenarios that have the real clock anyway."""


def is_confirmation(item: pytest.Item) -> bool:
    """Whether a scenario is run for the second time, on the real clock."""
    return item.stash.get(_CONFIRMS, False)


def is_to_be_confirmed(item: pytest.Item) -> bool:
    """Whether what its call was red by does not count yet."""
    error = item.stash.get(_ERROR, None)
    if is_confirmation(item) or not has_fast_clock(item) or error is None:
        return False
    return isinstance(error, _OF_THE_BOOT) and not _was_never_late(error)


def _was_never_late(error: BaseException) -> bool:
    return isinstance(error, BootError) and not error.may_be_late


def has_fast_clock(item: pytest.Item) -> bool:
    """Whether a scenario's guests go by their instructions."""
    run = decided_run(item.config)
    marked = any(item.get_closest_marker(mark) is not None for mark in _REAL)
    return is_scenario(item) and not marked and run is not None and run.clock is Clock.FAST


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
    """Run a scenario on the fast clock; if it is red, once more."""
    if not has_fast_clock(item):
        return None
    hook = item.ihook
    hook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    reports = run_again(item, nextitem)
    red = next((each for each in reports if each.when == "call" and each.failed), None)
    error = item.stash[_ERROR] if red is not None else None
    if error is not None and _was_never_late(error):
        teller(item.config, short_name(item.nodeid))(
            "red on the fast clock, and nobody was late: that counts"
        )
    elif red is not None and is_to_be_confirmed(item):
        reports = _counted(reports, _confirm(item, nextitem, red))
    for report in reports:
        hook.pytest_runtest_logreport(report=report)
    hook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> None:
    """Keep what a scenario was red by: a report has its words only."""
    if call.when == "call":
        item.stash[_ERROR] = None if call.excinfo is None else call.excinfo.value


def _counted(
    first: list[pytest.TestReport], confirmed: list[pytest.TestReport]
) -> list[pytest.TestReport]:
    """Give the reports that count: the confirmation's, if it has looked, and no error is hidden."""
    has_looked = any(each.when == "call" for each in confirmed) and not any(
        each.skipped for each in confirmed
    )
    counted, other = (confirmed, first) if has_looked else (first, confirmed)
    bad = next((each for each in other if each.when == "teardown" and each.failed), None)
    if bad is None or counted[-1].failed:
        return counted
    return [*counted[:-1], bad]


def _confirm(
    item: pytest.Item, nextitem: pytest.Item | None, red: pytest.TestReport
) -> list[pytest.TestReport]:
    """Run a scenario again, with what the first run was red by among its properties."""
    why = first_line(red)
    teller(item.config, short_name(item.nodeid))(
        f"red on the fast clock, so again on the real one: {why}"
    )
    item.stash[_CONFIRMS] = True
    item.user_properties = [(RED_ON_FAST, why)]
    return run_again(item, nextitem)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say which scenarios were red on the fast clock alone: they tell of a busy host."""
    found = Counter(
        f"{report.nodeid}: {why}"
        for report in terminalreporter.getreports("passed")
        if report.when == "call"
        for name, why in report.user_properties
        if name == RED_ON_FAST
    )
    if found:
        terminalreporter.write_sep("=", "green on the real clock, red on the fast one: a busy host")
        for line in found:
            terminalreporter.write_line(line)
