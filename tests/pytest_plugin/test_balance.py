"""A run in which nothing could boot is not green; one in which something could, may be."""

import pytest

from tests.pytest_plugin.conftest import Run

SCENARIOS = """
import pytest
from harness.errors import PrerequisiteError

@pytest.fixture
def lab(evidence_dir):
    '''What stands for a lab here.'''

def test_without_tap(lab):
    raise PrerequisiteError("no tap", cure="make one")
"""
GREEN = "\ndef test_green(lab): pass\n"


@pytest.mark.parametrize("workers", ["0", "2"])
def test_nothing_could_boot(run: Run, workers: str) -> None:
    result = run(SCENARIOS, "-n", workers)
    result.assert_outcomes(skipped=1)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["nothing could boot here, so the run fails (1: no tap)"])


@pytest.mark.parametrize(
    ("source", "options"),
    [
        (SCENARIOS + GREEN, ()),
        (GREEN.replace("(lab)", "()") + SCENARIOS, ("-k", "green")),
        ("import pytest\n\ndef test_other(): pytest.skip('of its own accord')\n", ()),
    ],
)
def test_something_could_or_nothing_was_to(run: Run, source: str, options: tuple[str, ...]) -> None:
    result = run(source, *options)
    assert result.ret == pytest.ExitCode.OK
    assert "nothing could boot" not in result.stdout.str()
