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
