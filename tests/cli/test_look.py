"""`harness console`: the lab may be yet to come; its log is text without passwords."""

import os
from pathlib import Path

import pytest

from harness import cli
from harness.cli import look
from harness.errors import UsageError
from harness.lab.running import RunningLab


@pytest.fixture
def lab(tmp_path: Path) -> RunningLab:
    """Give a lab with a guest that has said something."""
    (tmp_path / "console.raw").write_bytes(b"\x1b[2JiPXE\r\nrootpass=secret\r\n")
    return RunningLab(pid=1, evidence_dir=tmp_path, has_user_namespace=False)


def test_its_log_is_text(
    lab: RunningLab, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(look, "running_labs", lambda: (lab,))
    assert cli.main(["console", "--log"]) == 0
    said = capsys.readouterr().out
    assert "iPXE\nrootpass=***\n" in said
    assert "\x1b" not in said


def test_a_lab_that_is_yet_to_come_is_waited_for(
    lab: RunningLab, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    found = iter([(), (), (lab,)])
    monkeypatch.setattr(look, "running_labs", lambda: next(found))
    assert cli.main(["console", "--wait", "--log"]) == 0
    assert "iPXE" in capsys.readouterr().out


def test_without_that_it_is_an_error(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(look, "running_labs", lambda: ())
    assert cli.main(["console"]) == 2
    assert "no lab is running here" in capsys.readouterr().err


def test_a_capture_is_not_for_a_terminal(lab: RunningLab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(look, "running_labs", lambda: (lab,))
    monkeypatch.setattr(os, "isatty", lambda _descriptor: True)
    with pytest.raises(UsageError, match="not for a terminal"):
        look.capture("", None)


def test_of_several_labs_none_is_waited_for(
    lab: RunningLab, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    other = RunningLab(pid=2, evidence_dir=lab.evidence_dir, has_user_namespace=False)
    found = iter([(), (lab, other)])
    monkeypatch.setattr(look, "running_labs", lambda: next(found))
    assert cli.main(["console", "--wait", "--log"]) == 2
    assert "2 labs run here" in capsys.readouterr().err


def test_a_lab_without_a_machine_has_no_console(
    lab: RunningLab, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (lab.evidence_dir / "console.raw").unlink()
    monkeypatch.setattr(look, "running_labs", lambda: (lab,))
    assert cli.main(["console"]) == 2
    assert "has no machine that was switched on" in capsys.readouterr().err


def test_a_capture_that_cannot_be_written(
    lab: RunningLab, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(look, "running_labs", lambda: (lab,))
    place = lab.evidence_dir / "none" / "lab.pcap"
    assert cli.main(["capture", "-o", str(place)]) == 2
    assert f"{place} cannot be written: No such file" in capsys.readouterr().err
