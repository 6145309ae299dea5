"""`--hold`: the lab of a red scenario stands, and only that, until a person ends it."""

import json
import os
import re
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from harness import cli, logwatch, process
from harness.deadline import Deadline
from harness.host import rights, tools
from harness.lab.running import running_labs
from harness.process import Process
from tests.cli.conftest import own_site as own_site
from tests.lab.conftest import DAEMONS
from tests.pytest_plugin.conftest import SHOWMAX
from tests.signals import AS_AT_A_TERMINAL

CONFTEST = """
from pathlib import Path
from harness.assets import payload
from harness.assets.payload import Payload

file = Path(__file__)
payload.payload = lambda: Payload(
    kernel_path=file, kernel_sha256="", kernel_version="", initrd_path=file, initrd_sha256=""
)
"""
SCENARIOS = """
import pytest
from harness.errors import PrerequisiteError


def test_red(lab):
    assert lab.site.name == "another one"


def test_green(lab):
    pass


@pytest.mark.xfail(reason="known")
def test_known(lab):
    assert lab.site.name == "another one"


def test_skipped(lab):
    raise PrerequisiteError("this host has no luck")
"""
STANDS = re.compile(r": stands until `harness down (\d+)`")


class Run:
    """A run of pytest that a person has started."""

    def __init__(self, started: Process, log_path: Path, evidence_dir: Path) -> None:
        """Keep where it writes."""
        self.started, self.log_path, self.evidence_dir = started, log_path, evidence_dir

    @property
    def said(self) -> str:
        """What it has printed."""
        return self.log_path.read_text()

    def wait_for_lab(self) -> int:
        """Wait until it says which lab stands; give its number."""
        found = logwatch.wait_until(
            lambda: STANDS.search(self.said) is not None,
            deadline=Deadline(120.0, "a lab that stands"),
            pause=lambda _: self.started.wait(0.1),
        )
        assert found, self.said
        (pid,) = STANDS.findall(self.said)
        return int(pid)

    @property
    def summaries(self) -> dict[str, str]:
        """The outcome that each scenario's evidence tells."""
        found = self.evidence_dir.glob("2*/*/summary.json")
        return {path.parent.name: json.loads(path.read_text())["outcome"] for path in found}


Start = Callable[..., Run]


@pytest.fixture
def start(tmp_path: Path, own_site: Path) -> Iterator[Start]:
    """Give a way to start a run with options; it is ended."""
    tools.require(*DAEMONS)
    rights.require()
    (tmp_path / "pyproject.toml").write_text(
        "[tool.pytest]\naddopts = ['--import-mode=importlib', '-p', 'harness.pytest_plugin']\n"
        f"netboot_site = '{own_site}'\nnetboot_scenarios = ['scenarios']\n"
    )
    (tmp_path / "conftest.py").write_text(CONFTEST)
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "scenarios" / "test_it.py").write_text(SCENARIOS)
    begun: list[Process] = []

    def start(*options: str) -> Run:
        evidence = tmp_path / "evidence"
        file = tmp_path / "scenarios" / "test_it.py"
        place = [f"--rootdir={tmp_path}", str(file), f"--evidence={evidence}"]
        words = ["--hold", "--accel=tcg", "--payload=linux", *options]
        env = {name: word for name, word in os.environ.items() if name != "CI"}
        begun.append(
            process.start(
                [*AS_AT_A_TERMINAL, sys.executable, "-m", "pytest", *place, *words],
                log_path=tmp_path / "log",
                env=env,
            )
        )
        return Run(begun[-1], tmp_path / "log", evidence)

    yield start
    for each in begun:
        each.close()


@pytest.mark.parametrize(
    "words",
    [("--clock=fast",), ("--clock=real", "-n2")],
    ids=["alone-on-the-fast-clock", "xdist"],
)
def test_a_red_scenarios_lab_stands_until_it_is_ended(start: Start, words: tuple[str, ...]) -> None:
    run = start(*words)
    pid = run.wait_for_lab()
    (lab,) = (each for each in running_labs() if each.pid == pid)
    again = "-real-clock" if "--clock=fast" in words else ""
    assert lab.name == f"it-red{again}"
    assert "is red, so its lab stands: assert " in run.said
    assert f"enter     harness enter {pid}" in run.said
    assert "virsh     virsh -c 'qemu+unix:///system?socket=" in run.said
    summary = json.loads((lab.evidence_dir / "summary.json").read_text())
    assert summary["outcome"] == "failed"
    assert "another one" in summary["why"]
    assert cli.main(["down", str(pid)]) == 0
    assert pid not in [each.pid for each in running_labs()]
    assert run.started.wait(60.0) == pytest.ExitCode.TESTS_FAILED, run.said
    assert "its lab is taken down: by `harness down`" in run.said
    assert "1 failed, 1 passed, 1 skipped, 1 xfailed" in run.said
    assert json.loads((lab.evidence_dir / "summary.json").read_text()) == summary


def test_ctrl_c_ends_it_and_the_run_which_is_red(start: Start) -> None:
    run = start("--clock=real", "--no-progress", "-k=red or green")
    pid = run.wait_for_lab()
    os.kill(run.started.pid, signal.SIGINT)
    assert run.started.wait(60.0) == pytest.ExitCode.TESTS_FAILED, run.said
    assert pid not in [each.pid for each in running_labs()]
    assert "1 failed, 2 deselected in " in run.said
    assert "ended by Ctrl-C while a lab was held" in run.said


def test_ctrl_c_ends_the_labs_of_xdists_workers(start: Start) -> None:
    run = start("--clock=real", "-n2", "-kred")
    pid = run.wait_for_lab()
    os.kill(run.started.pid, signal.SIGINT)
    assert run.started.wait(60.0) == pytest.ExitCode.INTERRUPTED, run.said
    assert pid not in [each.pid for each in running_labs()]
    assert run.summaries["it-red"] == "failed"


def test_nobody_is_waited_for_where_nobody_is(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CI", "true")
    done = pytester.runpytest("--hold", f"--site={SHOWMAX}")
    assert done.ret == pytest.ExitCode.USAGE_ERROR
    done.stderr.fnmatch_lines(["ERROR: --hold waits for a person, and CI is set"])
