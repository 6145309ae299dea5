"""`harness matrix` shows a project's tiers, counted, without a guest."""

from pathlib import Path

import pytest

from harness import cli

ROOT = Path(__file__).parents[2]


def test_it_shows_this_project_s_nightly_within_its_limit(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    assert cli.main(["matrix", "change"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("change: each behaviour once")
    assert "usual parts" in said
    assert "approved boots" in said
    assert " boots, about " in said
    assert said.endswith("  pytest --tier change\n")


def test_a_tier_that_there_is_not(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    assert cli.main(["matrix", "hourly"]) == 2
    assert "has no tier hourly\n  cure: one of: change, nightly, full" in capsys.readouterr().err


def test_a_place_without_a_matrix(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    assert cli.main(["matrix"]) == 2
    assert "there is no matrix.toml in" in capsys.readouterr().err


MATRIX = """\
[axes]
firmware = ["WORD"]

[tiers.change]
what = "all"
limit_min = 15
[[tiers.change.sweeps]]
scenarios = ["scenarios"]
over = ["firmware"]
"""
SCENARIO = """\
from harness.pytest_plugin.matrix import on


@on("x64-http-ipv4")
def test_it(lab, boot_path):
    pass
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a project of one scenario, on two releases of firmware."""
    settings = f'netboot_site = "{ROOT / "fixtures/showmax"}"\nnetboot_scenarios = ["scenarios"]\n'
    (tmp_path / "pyproject.toml").write_text(f"[tool.pytest.ini_options]\n{settings}")
    (tmp_path / "matrix.toml").write_text(MATRIX.replace("WORD", "ovmf-x64"))
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "scenarios" / "test_one.py").write_text(SCENARIO)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_what_cannot_be_collected_is_not_left_out(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its number would be too small, and its time within the limit."""
    assert cli.main(["matrix", "change"]) == 0
    capsys.readouterr()
    (project / "scenarios" / "test_two.py").write_text("import nothing_of_that_name\n")
    assert cli.main(["matrix", "change"]) == 2
    said = capsys.readouterr().err
    assert said.startswith("error: tier change cannot be collected\n")
    assert "ERROR scenarios/test_two.py" in said


def test_an_exclusion_that_leaves_out_nothing_in_any_tier_is_told(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each of its words means something, and what they mean together is in no tier."""
    (project / "scenarios" / "test_one.py").rename(project / "scenarios" / "test_other.py")
    idle = '\n[[exclusions]]\nfirmware = "ovmf-x64"\npath = "x64-http-ipv6"\nbecause = "why"\n'
    (project / "matrix.toml").write_text(MATRIX.replace("WORD", "ovmf-x64") + idle)
    assert cli.main(["matrix"]) == 0
    said = capsys.readouterr().out
    assert "\nin no tier this leaves out anything: ovmf-x64 with x64-http-ipv6: why\n" in said


def test_an_axis_that_means_nothing_is_named(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "matrix.toml").write_text(MATRIX.replace("WORD", "ovmf-x64@9*"))
    assert cli.main(["matrix", "change"]) == 2
    assert capsys.readouterr().err.startswith("error: there is no firmware ovmf-x64@9*\n  cure: ")
