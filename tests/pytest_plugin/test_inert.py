"""In other people's runs, into which pytest loads it unasked, the plugin does nothing."""

from pathlib import Path

import pytest

from tests.pytest_plugin.conftest import SHOWMAX

OTHERS = """
import pytest

@pytest.fixture
def lab():
    '''A laboratory of theirs.'''
    return 1

@pytest.mark.slow
def test_slow(lab, request):
    '''Their mark, which has another meaning there.'''
    assert request.config.getoption("maxschedchunk", None) is None

def test_red(lab):
    assert not lab
"""


def test_other_peoples_tests_run_as_ever(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(OTHERS)
    result = pytester.runpytest("-p", "harness.pytest_plugin")
    result.assert_outcomes(passed=1, failed=1)
    assert "accelerator" not in result.stdout.str()
    assert not (pytester.path / "evidence").exists()


def test_a_scenario_without_a_site_says_what_it_needs(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_it(lab): pass")
    result = pytester.runpytest("-p", "harness.pytest_plugin")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(
        ["*UsageError: a scenario needs a site, and none is named", "*cure: *--site DIR*"]
    )


def test_a_site_alone_is_asked_the_promises(pytester: pytest.Pytester) -> None:
    result = pytester.runpytest("-p", "harness.pytest_plugin", f"--site={SHOWMAX}", "--co", "-q")
    assert "test_default_entry.py::test_boots_untouched[x64-tftp-ipv4]" in result.stdout.str()


@pytest.mark.parametrize("named", [True, False])
def test_a_site_and_a_path_are_that_path(pytester: pytest.Pytester, named: bool) -> None:
    file = pytester.makepyfile("def test_it(): pass")
    words = [file] if named else []
    result = pytester.runpytest(
        "-p", "harness.pytest_plugin", f"--site={SHOWMAX}", "--co", "-q", *words
    )
    assert f"{file.name}::test_it" in result.stdout.str()
    assert ("test_default_entry" in result.stdout.str()) is not named


def test_evidence_is_left_where_one_stands(pytester: pytest.Pytester, tmp_path: Path) -> None:
    """Told of the site behind a blank, pytest may take the site for the root of everything."""
    root = tmp_path / "root"
    root.mkdir()
    pytester.makepyfile("def test_it(evidence_dir): pass")
    done = pytester.runpytest(
        *("-p", "harness.pytest_plugin", "--rootdir", str(root), "--site", str(SHOWMAX)),
        *("--accel=tcg", str(pytester.path)),
    )
    done.assert_outcomes(passed=1)
    assert list(root.iterdir()) == []
    assert (pytester.path / ".pytest_cache").is_dir()
    assert (pytester.path / "evidence" / "latest").is_symlink()
