"""No password of a site is in what pytest prints or keeps."""

import shutil
from pathlib import Path

import pytest

from harness import secret
from tests.pytest_plugin.conftest import SHOWMAX, Run

WORD = "correct-horse"
VALUE = "s3cret"
SCENARIO = f"""
import pytest
from harness.errors import BootError, PrerequisiteError
from harness.pytest_plugin.progress import teller

CMDLINE = "x rootpass=" + "{VALUE}" + " and " + "{WORD}"


def test_error(operator_site):
    raise BootError("no", causes=[CMDLINE], last_lines=[CMDLINE])

def test_comparison(operator_site):
    words = CMDLINE
    assert words == "another"

def test_output(operator_site):
    print(CMDLINE)
    assert False

def test_fault(operator_site):
    {{}}[CMDLINE]

def test_skip(operator_site):
    raise PrerequisiteError(CMDLINE)

def test_progress(operator_site, request):
    teller(request.config, "it")(CMDLINE)
"""


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """Give the reference site, with a secret that it names."""
    directory = tmp_path / "site"
    shutil.copytree(SHOWMAX, directory)
    text = (directory / "site.toml").read_text()
    (directory / "site.toml").write_text(f'secrets = ["{WORD}"]\n{text}')
    return directory


@pytest.mark.parametrize("workers", ["0", "1"])
def test_neither_printed_nor_kept(
    run: Run, site: Path, monkeypatch: pytest.MonkeyPatch, workers: str
) -> None:
    monkeypatch.setattr(secret, "_named", set())
    # Put together at run time: the lines of the scenario itself are shown as they are.
    source = SCENARIO.replace(f'"{VALUE}"', f'"{VALUE[::-1]}"[::-1]')
    source = source.replace(f'"{WORD}"', f'"{WORD[::-1]}"[::-1]')
    result = run(source, f"--site={site}", "-n", workers, "-l", "-rA", "--junitxml=junit.xml")
    result.assert_outcomes(failed=4, skipped=1, passed=1)
    for text in (result.stdout.str(), Path("junit.xml").read_text()):
        assert VALUE not in text
        assert WORD not in text
        assert text.count("rootpass=***") >= 5


def test_it_would_be_seen(run: Run, site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secret, "masked", lambda text: text)
    monkeypatch.setattr("harness.pytest_plugin.reporting.masked", lambda text: text)
    result = run(SCENARIO, f"--site={site}", "-n", "0")
    assert f"rootpass={VALUE}" in result.stdout.str()
