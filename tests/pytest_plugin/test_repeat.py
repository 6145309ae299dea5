"""Scenarios that run many times, and results for whoever watches."""

import json

import pytest

from tests.pytest_plugin.conftest import Run

LAB = """
import pytest

@pytest.fixture
def lab(evidence_dir):
    '''What stands for a lab here.'''
    return evidence_dir

"""


def test_a_scenario_with_a_lab_is_repeated_each_in_its_own_directory(
    run: Run, pytester: pytest.Pytester
) -> None:
    result = run(
        f"{LAB}\ndef test_boots(lab):\n    assert list(lab.iterdir()) == []\n"
        "    (lab / 'mark').touch()\n\ndef test_other():\n    pass\n",
        "--repeat=3",
    )
    result.assert_outcomes(passed=4)
    marks = pytester.path.glob("evidence/2*/*/mark")
    assert sorted(mark.parent.name for mark in marks) == [f"it-boots-{n}" for n in (1, 2, 3)]


def test_each_result_is_a_line_as_soon_as_it_is_known(run: Run, pytester: pytest.Pytester) -> None:
    path = pytester.path / "results"
    body = "def test_green(lab):\n    pass\n\ndef test_red(lab):\n    assert not lab, 'wrong'\n"
    torn = "@pytest.fixture\ndef torn(lab):\n    yield\n    raise OSError('torn')\n"
    run(f"{LAB}\n{torn}\n{body}\ndef test_torn(torn):\n    pass\n", f"--results={path}")
    facts = [json.loads(line) for line in path.read_text().splitlines()]
    assert {fact["test"].partition("::")[2]: fact["outcome"] for fact in facts} == {
        "test_green": "passed",
        "test_red": "failed",
        "test_torn": "failed",
    }
    by_test = {fact["test"].partition("::")[2]: fact for fact in facts}
    assert "wrong" in by_test["test_red"]["why"]
    assert "torn" in by_test["test_torn"]["why"]
    assert by_test["test_green"]["evidence"].endswith("it-green")
    assert by_test["test_green"]["why"] == ""


@pytest.mark.parametrize("times", ["0", "-1", "often"])
def test_no_times_is_wrong_use(run: Run, times: str) -> None:
    result = run("def test_it():\n    pass\n", f"--repeat={times}")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"*'{times}' is not a number from 1 on*"])
