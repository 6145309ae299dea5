"""Scenarios' faults: who means which test, and what their evidence says was wrong."""

import shutil
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from harness.errors import UsageError
from harness.witness.journal import DaemonLife, Journal
from tests.judge.recorded import SHOWMAX, recorded, unpack
from tools.blame.fault import Fault
from tools.blame.naming import Naming
from tools.blame.run import Pytest
from tools.blame.scenes import Scenes, wrong_with
from tools.blame.trial import Kept, Trial

PYTEST = """
import json, sys
from pathlib import Path
tests = ["s/a.py::test_x[p]", "s/a.py::test_xy", "s/a.py::TestB::test_z", "s/a.py::test_left"]
if "--collect-only" in sys.argv:
    print("accelerator: none", *tests, "4 tests", sep="\\n")
    sys.exit()
options = dict(zip(sys.argv, sys.argv[1:]))
with Path(options["--results"]).open("w") as file:
    for test in filter(sys.argv.__contains__, tests):
        outcome = {"test_xy": "failed", "test_left": "skipped"}.get(test[8:], "passed")
        row = {"test": test, "outcome": outcome, "evidence": options["--of"], "why": "no such line"}
        file.write(json.dumps(row) + "\\n")
"""


def staged(scenario: str, *, names: str = ".", green: str = "") -> Fault:
    return Fault(what="w", scenario=f"s/a.py{scenario}", names=names, green=green)


def site_of_recordings(site_dir: Path) -> Path:
    """Lay the reference site as it was when the boots were recorded."""
    shutil.copytree(SHOWMAX, site_dir, symlinks=True)
    for path, content in recorded("green-bios-ipxe-rom").site.changes.items():
        if content:
            (site_dir / path).parent.mkdir(parents=True, exist_ok=True)
            (site_dir / path).write_bytes(content)
    return site_dir


@pytest.fixture
def scenes(tmp_path: Path) -> Scenes:
    """Tests that leave no evidence."""
    words = ("--of", "")
    pytest_ = Pytest(work_dir=tmp_path / "new", words=words, command=(sys.executable, "-c", PYTEST))
    return Scenes(site_dir=SHOWMAX, pytest=pytest_)


def tried(scenes: Scenes, *listed: Fault) -> list[Trial]:
    kept = Kept(directory=scenes.pytest.work_dir / "results")
    return scenes.trials(scenes.faults(listed), kept)


def test_the_longest_beginning_means_a_test(scenes: Scenes) -> None:
    found = scenes.faults([staged("", names="file"), staged("::test_x", names="x")])
    assert {each.scenario[8:]: each.names for each in found} == {
        "test_x[p]": "x",
        "test_xy": "file",
        "TestB::test_z": "file",
        "test_left": "file",
    }


def test_what_means_no_test_is_refused(scenes: Scenes) -> None:
    with pytest.raises(UsageError, match=r"there is no test s/a\.py::test_y"):
        scenes.faults([staged("::test_y")])


def test_a_scenario_asserts_the_verdict_itself(scenes: Scenes) -> None:
    trials = tried(scenes, staged(""))
    assert {trial.fault.scenario[8:]: trial.is_right for trial in trials} == {
        "test_x[p]": True,
        "test_xy": False,
        "TestB::test_z": True,
    }


def test_one_that_asserts_that_nothing_is_wrong_must_pass(scenes: Scenes) -> None:
    trials = tried(scenes, staged("", green="as it is"))
    assert [trial.is_right for trial in trials] == [True, False, True]


def test_what_was_tried_is_kept(scenes: Scenes) -> None:
    before = tried(scenes, staged("::test_x"))
    (scenes.pytest.work_dir / "results.jsonl").unlink()
    assert tried(scenes, staged("::test_x")) == before
    assert not (scenes.pytest.work_dir / "results.jsonl").exists()


def test_evidence_tells_which_lines_were_changed(scenes: Scenes, tmp_path: Path) -> None:
    name = "red-wrong-filename"
    evidence = unpack(name, tmp_path / name)
    site_dir = site_of_recordings(tmp_path / "site")
    configuration = site_dir / "etc/dhcp/dhcpd.conf"
    configuration.write_text(configuration.read_text().replace("max-lease-time 7200;", "# none"))
    of_this = replace(scenes.pytest, words=("--of", str(evidence)))
    staged_here = replace(scenes, site_dir=site_dir, pytest=of_this)
    (trial,) = tried(staged_here, staged("::test_x", names="handed out bootfile"))
    assert trial.wrong.lines == {"etc/dhcp/dhcpd.conf:6"}
    assert trial.naming is Naming.WORDS, trial.said
    assert evidence.exists()


def test_evidence_tells_whom_the_scenario_has_ended() -> None:
    boot = recorded("red-stopped-nginx")
    life = DaemonLife(daemon="nginx", line="", time_s=1.0, what="stopped")
    ended = replace(boot, journal=Journal(events=(life,)))
    wrong = wrong_with(ended, ended.site)
    assert {"nginx", "web server"} <= {*wrong.daemons}
    assert not wrong.lines
    started = replace(life, what="started")
    assert not wrong_with(replace(boot, journal=Journal(events=(started,))), boot.site).daemons


def test_a_password_that_evidence_does_not_tell_is_no_change() -> None:
    boot = recorded("green-bios-ipxe-rom")
    secret = boot.site.with_file("srv/tftp/script.ipxe", "set rootpass rescue\n")
    told = replace(boot, site=boot.site.with_file("srv/tftp/script.ipxe", "set rootpass ***\n"))
    assert not any("script" in line for line in wrong_with(told, secret).lines)
