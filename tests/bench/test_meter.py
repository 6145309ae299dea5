"""What guests have spent is looked at by the worker, before their lab goes."""

from pathlib import Path
from types import SimpleNamespace
from unittest.mock import Mock

import pytest

from harness.lab import Lab
from tools.bench import meter
from tools.bench.cpu import LabUse


def item(evidence_dir: Path) -> SimpleNamespace:
    """Give a test that was given a lab."""
    evidence_dir.mkdir(parents=True)
    lab = Mock(spec=Lab, namespace=Mock(pid=7), evidence=Mock(dir=evidence_dir))
    return SimpleNamespace(funcargs={"lab": lab, "site": "a site"})


def test_a_guest_counts_once_whether_it_runs_or_was_reaped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = [
        LabUse(running=(), running_s=0.0, reaped_s=0.25),
        LabUse(running=(11,), running_s=1.5, reaped_s=2.25),
    ]
    monkeypatch.setattr(meter, "lab_use", lambda _pid: looks.pop(0))
    tested = item(tmp_path / "run" / "scenario")
    meter.pytest_runtest_call(tested)
    meter.pytest_runtest_teardown(tested)
    (tmp_path / "latest").symlink_to("run")
    assert meter.guests_s(tmp_path) == (3.5,)


def test_a_test_without_a_lab_has_no_guests(tmp_path: Path) -> None:
    without = SimpleNamespace(funcargs={"site": "a site"})
    meter.pytest_runtest_call(without)
    meter.pytest_runtest_teardown(without)
    assert meter.guests_s(tmp_path) == ()
