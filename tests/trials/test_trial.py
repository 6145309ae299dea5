"""What a run of pytest's speaks for: only a boot that was judged is green or red."""

import json
from pathlib import Path

import pytest

from harness.assets.catalogue import Part
from harness.process import Completed
from harness.pytest_plugin.bugs import OTHERWISE
from harness.trials.trial import Side, Subject, Trial
from tests.report.runs import RED, bundle

WHY = "the menu did not come"


def ran(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, **result: object) -> Trial:
    """Have pytest end so."""
    line = {"outcome": "failed", "why": WHY, "evidence": "", **result}

    def run(argv: list[str], **_: object) -> Completed:
        Path(argv[argv.index("--results") + 1]).write_text(json.dumps(line) + "\n")
        return Completed(argv=tuple(argv), exit_code=1, stdout="", stderr="")

    monkeypatch.setattr("harness.process.run", run)
    return Subject(scenario="a.boot", part=Part.LOADER, evidence_dir=tmp_path).run("ipxe@1.0")


def test_a_boot_that_was_judged_is_red(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = bundle(tmp_path, RED)
    found = ran(tmp_path, monkeypatch, evidence=str(seen))
    assert found == Trial(side=Side.BAD, why=WHY, bundle=seen)
    assert ran(tmp_path, monkeypatch, outcome="passed", why="").side is Side.GOOD


def test_what_is_the_hosts_fault_tells_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A daemon that does not start, QEMU that refuses a build: no boot was held to anything."""
    assert ran(tmp_path, monkeypatch).side is Side.UNKNOWN
    broken = bundle(tmp_path, RED, outcome="error")
    assert ran(tmp_path, monkeypatch, evidence=str(broken)).side is Side.UNKNOWN


def test_neither_does_a_skip_nor_another_failure_of_a_pair(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = str(bundle(tmp_path, RED))
    assert ran(tmp_path, monkeypatch, outcome="skipped").side is Side.UNKNOWN
    otherwise = f"ipxe@1.0 {OTHERWISE} ipxe/ipxe#1"
    found = ran(tmp_path, monkeypatch, evidence=seen, why=otherwise)
    assert (found.side, found.cure) == (Side.UNKNOWN, "name ends that differ by the same failure")


def test_where_to_look_is_told_of_what_tells_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = bundle(tmp_path, RED, outcome="error")
    found = ran(tmp_path, monkeypatch, evidence=str(broken))
    assert found.cure == f"look at what went wrong there: {broken}"
    assert ran(tmp_path, monkeypatch).cure == ""
