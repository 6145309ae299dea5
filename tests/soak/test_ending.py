"""The load and the run of a soak: real processes, gone with it however it ends."""

import os
import select
import shutil
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness import process
from harness.machines import USUAL_PATHS
from harness.process import children
from tools.soak.load import other_load
from tools.soak.run import soak

SHOWMAX = Path(__file__).parents[2] / "fixtures" / "showmax"
CONFTEST = """
import select
from types import SimpleNamespace
import pytest
pytest_plugins = ("harness.pytest_plugin",)

@pytest.fixture
def lab(operator_site, evidence_dir):
    '''What stands for a lab here: its evidence, and a guest that boots nothing.'''
    (evidence_dir / "traces").write_text("seen")

    def held(approved):
        {body}

    record = SimpleNamespace(boot=SimpleNamespace(told=None))
    guest = SimpleNamespace(assert_held=held, record=record, path=None)
    return SimpleNamespace(
        site=operator_site,
        evidence=SimpleNamespace(dir=evidence_dir),
        options=None,
        power_on=lambda *_, **__: guest,
    )
"""
FLAKY = 'assert "x64-http-ipv4-2" not in evidence_dir.name, "it went wrong"'
ENDLESS = "select.select((), (), ())"
DRIVER = """
import signal
import sys
from pathlib import Path
from tests.soak.test_ending import untouched
from tools.soak.run import soak
signal.signal(signal.SIGINT, {interrupted})
project, *words = sys.argv[1:]
soak(boots=1, workers=1, say=lambda line: print(line, flush=True), words=words,
     held=untouched(Path(project)), work_dir=Path(project) / "work", cores=1)
"""


def made(project: Path, body: str) -> list[str]:
    """Make a project with a site whose boots are this; give pytest's words for it."""
    (project / "pyproject.toml").write_text(
        "[tool.pytest]\naddopts = ['--import-mode=importlib']\n"
    )
    (project / "conftest.py").write_text(CONFTEST.format(body=body))
    shutil.copytree(SHOWMAX, project / "site")
    return [f"--rootdir={project}", "--accel=tcg", f"--evidence={project / 'evidence'}"]


def untouched(project: Path) -> list[Path]:
    """Name the boots of its site that nobody's key is in."""
    boots = project / "site" / "boots"
    return [boots / f"{path.id}.boot" for path in USUAL_PATHS]


def test_the_load_is_there_and_gone(tmp_path: Path) -> None:
    with other_load(tmp_path, cores=1) as pids:
        ends = [os.pidfd_open(pid) for pid in pids]
        assert len(ends) == 2
        assert list(tmp_path.iterdir()) == []
    for end in ends:
        assert_ended(end)


def test_red_boots_are_counted_and_only_their_evidence_stays(tmp_path: Path) -> None:
    words = made(tmp_path, FLAKY)
    said: list[str] = []
    green = soak(
        boots=7,
        workers=1,
        words=words,
        say=said.append,
        held=untouched(tmp_path),
        work_dir=tmp_path / "work",
        cores=1,
    )
    assert not green
    assert said[-1].endswith("boots under load: 11 green, 1 red")
    assert "flaky: site/x64-http-ipv4: 1 of 2 red" in said
    assert any("it went wrong" in line for line in said)
    kept = sorted(path.parent.name for path in tmp_path.glob("evidence/2*/*/traces"))
    assert kept == ["x64-http-ipv4-2", "x64-http-ipv4-2-real-clock"]
    assert [path.name for path in (tmp_path / "work").iterdir()] == ["pytest.log"]


def below(pid: int) -> Iterator[int]:
    """Give the pids of all processes below one."""
    for child in children(pid):
        yield child
        yield from below(child)


def assert_ended(end: int) -> None:
    """A process is gone, or goes soon."""
    poller = select.poll()
    poller.register(end, select.POLLIN)
    assert poller.poll(60_000), "it still runs"
    os.close(end)


HEEDS, IGNORES = "signal.default_int_handler", "signal.SIG_IGN"
"""Whether Ctrl-C is for it: not for what a script starts with `&`."""


@pytest.mark.parametrize(
    ("number", "interrupted"),
    [
        (signal.SIGTERM, HEEDS),
        (signal.SIGINT, HEEDS),
        (signal.SIGKILL, HEEDS),
        (signal.SIGKILL, IGNORES),
    ],
)
def test_nothing_outlives_it(tmp_path: Path, number: signal.Signals, interrupted: str) -> None:
    words = made(tmp_path, ENDLESS)
    driver_code = DRIVER.format(interrupted=interrupted)
    command = [sys.executable, "-c", driver_code, str(tmp_path), *words]
    driver = process.start(command)
    try:
        wait_for_a_scenario(tmp_path)
        ends = [os.pidfd_open(pid) for pid in below(driver.pid)]
        assert len(ends) >= 4, "two of the load, pytest and its worker"
        os.kill(driver.pid, number)
        assert driver.wait(60.0) not in (None, 0)
        for end in ends:
            assert_ended(end)
    finally:
        driver.close()


def wait_for_a_scenario(project: Path) -> None:
    """Wait until a scenario runs: it has left its first evidence."""
    poller = select.poll()
    for _ in range(1200):
        if any(project.glob("evidence/*/*/traces")):
            return
        poller.poll(100)
    raise AssertionError((project / "work" / "pytest.log").read_text())
