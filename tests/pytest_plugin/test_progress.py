"""While a scenario waits, a line says for what; also from xdist's workers."""

from harness.pytest_plugin.progress import Listener
from tests.pytest_plugin.conftest import Run

WAITING = """
import pytest

@pytest.mark.parametrize("number", [1, 2])
def test_it(guest, number):
    print("kept back")
    with guest.waiting_for("the menu"):
        pass
"""
LINE = "*test_it[[]{number}]: waiting for the menu"


def test_lines_of_this_process(run: Run) -> None:
    result = run(WAITING)
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines([LINE.format(number=1), LINE.format(number=2)])
    assert "kept back" not in result.stdout.str()


def test_lines_of_workers(run: Run) -> None:
    result = run(WAITING, "-n", "2")
    result.assert_outcomes(passed=2)
    for number in (1, 2):
        result.stdout.fnmatch_lines([LINE.format(number=number)])


def test_none_if_they_are_not_wanted(run: Run) -> None:
    assert "waiting for" not in run(WAITING, "--no-progress").stdout.str()


def test_a_line_begins_at_the_margin(run: Run) -> None:
    lines = run(WAITING).stdout.str().splitlines()
    assert [line for line in lines if "waiting for" in line and not line.startswith("  ")] == []


def test_a_listener_ends_when_it_is_told_to() -> None:
    written: list[str] = []
    listener = Listener("netboot-harness-test-progress", written.append)
    listener.close()
    Listener("netboot-harness-test-progress", written.append).close()
    assert written == []
