"""In other people's runs, into which pytest loads it unasked, the plugin does nothing."""

import shutil
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
PROMISE = "test_machine_script.py::test_over_ipv4[x64-http-ipv4]"


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
        ["a scenario needs a site, and none is named", "*cure: *--site DIR*"]
    )


def test_a_site_alone_is_held_to_its_boots_and_asked_the_promises(
    pytester: pytest.Pytester, tmp_path: Path
) -> None:
    words = ("-p", "harness.pytest_plugin", "--co", "-q")
    result = pytester.runpytest(*words, f"--site={SHOWMAX}")
    assert PROMISE in result.stdout.str()
    assert f"approved: `harness learn {SHOWMAX}` writes" in result.stdout.str()
    site = shutil.copytree(SHOWMAX, tmp_path / "site")
    (site / "boots").mkdir()
    (site / "boots" / "mine.boot").write_text("machine  bios-ipxe-rom\n")
    result = pytester.runpytest(*words, f"--site={site}")
    assert PROMISE in result.stdout.str()
    assert "mine.boot::held" in result.stdout.str()
    assert "harness learn" not in result.stdout.str()


@pytest.mark.parametrize("named", [True, False])
def test_a_site_and_a_path_are_that_path(pytester: pytest.Pytester, named: bool) -> None:
    file = pytester.makepyfile("def test_it(): pass")
    words = [file] if named else []
    result = pytester.runpytest(
        "-p", "harness.pytest_plugin", f"--site={SHOWMAX}", "--co", "-q", *words
    )
    assert f"{file.name}::test_it" in result.stdout.str()
    assert (PROMISE in result.stdout.str()) is not named


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
