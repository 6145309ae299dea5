"""`harness down` ends a lab that stays; `harness capture` has all of its wire until then."""

import os
import sys
from pathlib import Path

import pytest

from harness import cli, process
from harness.lab.running import running_labs
from tests.cli.conftest import PROJECT, Person

SOURCE = "import sys; from harness.cli import main; sys.exit(main(sys.argv[1:]))"


def test_it_ends_what_up_has_started(person: Person, tmp_path: Path) -> None:
    file = tmp_path / "lab.pcap"
    argv = [sys.executable, "-c", SOURCE, "capture", str(person.pid), "-o", str(file)]
    capture = process.start(argv, env={**os.environ, "PYTHONPATH": str(PROJECT)})
    while not file.exists() or not file.stat().st_size:
        assert capture.wait(0.1) is None
    assert cli.main(["down", str(person.pid)]) == 0
    person.wait_for("ended: by `harness down`; what was seen is in")
    assert person.started.wait(30) == 0
    assert person.pid not in [lab.pid for lab in running_labs()]
    assert capture.wait(30) == 0
    capture.close()
    assert file.read_bytes() == Path(person.fact("evidence"), "wire.pcap").read_bytes()


def test_a_lab_of_a_scenario_that_runs_is_left_alone(
    person: Person, capsys: pytest.CaptureFixture[str]
) -> None:
    down = Path(f"/proc/{person.pid}/root/run/harness/down")
    while not down.exists():
        assert person.started.wait(0.1) is None
    down.unlink()
    assert cli.main(["down", str(person.pid)]) == 2
    assert "a scenario runs there, and ends it" in capsys.readouterr().err
    os.kill(person.started.pid, 15)


def test_gdb_wants_a_machine(own_site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["up", "--site", str(own_site), "--gdb"]) == 2
    assert "--gdb is for a machine, and none is switched on" in capsys.readouterr().err
