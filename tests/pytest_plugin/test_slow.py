"""The slow tier is left out unless it is what is wanted."""

import pytest

from tests.pytest_plugin.conftest import Run

TWO = """
import pytest

@pytest.fixture
def lab():
    'What stands for a lab here.'

def test_fast(lab): pass

@pytest.mark.slow
def test_slow(lab): pass
"""


@pytest.mark.parametrize(
    ("options", "passed", "deselected"),
    [
        ((), 1, 1),
        (("-m", "slow"), 1, 1),
        (("-m", "slow or not slow"), 2, 0),
        (("-m", "not slow"), 1, 1),
    ],
)
def test_it_is_left_out_or_chosen(
    run: Run, options: tuple[str, ...], passed: int, deselected: int
) -> None:
    run(TWO, *options).assert_outcomes(passed=passed, deselected=deselected)


def test_it_alone_is_what_m_slow_runs(run: Run) -> None:
    result = run(TWO, "-m", "slow", "-v")
    result.stdout.fnmatch_lines(["*::test_slow PASSED*"])
    assert "test_fast" not in result.stdout.str()


def test_it_runs_where_nothing_else_was_named(run: Run) -> None:
    """Somebody who names the file of a slow one has said what is wanted."""
    run(TWO.replace("def test_fast(lab): pass", "")).assert_outcomes(passed=1)
