"""A run that is ended by a signal leaves its evidence, with xdist and without."""

import json
import os
import signal
import sys
from pathlib import Path

import pytest

from harness import logwatch, process
from harness.deadline import Deadline
from tests.pytest_plugin.conftest import CONFTEST, SHOWMAX
from tests.signals import AS_AT_A_TERMINAL

SCENARIO = """
import json
import select
import time
import pytest
from harness.pytest_plugin.reporting import RESULT


@pytest.fixture
def lab(request, evidence_dir):
    '''What stands for a lab: at its end, which takes a while, it writes down how it ended.'''
    (evidence_dir / "begun").touch()
    yield
    select.select((), (), (), 0.5)
    result = request.node.stash[RESULT]
    (evidence_dir / "summary.json").write_text(json.dumps(vars(result)))


def test_endless(lab):
    select.select((), (), ())
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
@pytest.mark.parametrize("words", [(), ("-n", "2")], ids=["alone", "xdist"])
def test_its_scenario_is_written_down(
    tmp_path: Path, words: tuple[str, ...], number: signal.Signals
) -> None:
    (tmp_path / "pyproject.toml").write_text(
        "[tool.pytest]\naddopts = ['--import-mode=importlib']\n"
        f"netboot_site = '{SHOWMAX}'\nnetboot_scenarios = ['scenarios']\n"
    )
    (tmp_path / "conftest.py").write_text(CONFTEST)
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "scenarios" / "test_it.py").write_text(SCENARIO)
    log_path = tmp_path / "log"
    place = [f"--rootdir={tmp_path}", str(tmp_path / "scenarios"), "--accel=tcg"]
    evidence = f"--evidence={tmp_path / 'evidence'}"
    run = process.start(
        [*AS_AT_A_TERMINAL, sys.executable, "-m", "pytest", *place, evidence, *words],
        log_path=log_path,
    )
    try:
        deadline = Deadline(60.0, "the scenario to begin")
        found = logwatch.wait_until(
            lambda: any(tmp_path.glob("evidence/2*/*/begun")),
            deadline=deadline,
            pause=lambda _: run.wait(0.05),
        )
        assert found, log_path.read_text()
        os.kill(run.pid, number)
        assert run.wait(60.0) == pytest.ExitCode.INTERRUPTED, log_path.read_text()
    finally:
        run.close()
    (summary,) = tmp_path.glob("evidence/2*/*/summary.json")
    assert json.loads(summary.read_text()) == {
        "outcome": "interrupted",
        "why": "the run was ended before the scenario",
    }
