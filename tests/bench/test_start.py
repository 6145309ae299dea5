"""From a command to the first instruction: seen from outside, compared in turn."""

from pathlib import Path

import pytest

from harness import process
from harness.errors import HarnessError
from harness.host.accelerator import Accelerator
from harness.machines import BOOT_PATHS
from harness.services.registry import load_site
from tools.bench import start
from tools.bench.setting import Setting
from tools.bench.tree import Tree

SITE_DIR = Path(__file__).parents[2] / "fixtures" / "showmax"
PATH = BOOT_PATHS[start.PATH_ID]
QEMU = """
import ctypes, sys, threading, time
prctl = ctypes.CDLL(None).prctl
def processor():
    prctl(15, b"CPU 0/TCG")
    print("made", flush=True)
    sys.stdin.readline()
    began = time.thread_time()
    while time.thread_time() < began + 0.2:
        pass
    print("ran", flush=True)
    time.sleep(600)
threading.Thread(target=processor, daemon=True).start()
time.sleep(600)
"""


@pytest.fixture
def setting(tmp_path: Path) -> Setting:
    """Give a setting that writes nowhere else."""
    accelerator = Accelerator(name="tcg", reason="asked for")
    return Setting(site=load_site(SITE_DIR), accelerator=accelerator, work_dir=tmp_path / "work")


def test_a_processor_has_run_when_its_thread_has(monkeypatch: pytest.MonkeyPatch) -> None:
    # A thread of Python's has run for more than QEMU's thread has when it waits to be let go.
    monkeypatch.setattr(start, "_RAN_NS", 100_000_000)
    guest = process.start(["python3", "-c", QEMU], pipe_stdin=True)
    try:
        with open(guest.stdout_fd, closefd=False) as said:
            assert said.readline() == "made\n"
            assert not start._has_run(guest.pid)
            with open(guest.stdin_fd, "w", closefd=False) as order:
                order.write("go\n")
            assert said.readline() == "ran\n"
        assert start._has_run(guest.pid)
    finally:
        guest.close()
    assert not start._has_run(guest.pid)


def test_each_tree_has_its_turn_and_the_first_does_not_count(
    setting: Setting, monkeypatch: pytest.MonkeyPatch
) -> None:
    took = {"before": iter([9.0, 9.0, 9.0, *[2.5] * 6]), "now": iter([9.0, 9.0, 9.0, *[1.25] * 6])}
    monkeypatch.setattr(start, "once", lambda _setting, tree, *_: next(took[tree.name]))
    trees = [Tree(name=name, dir=Path("/nowhere")) for name in took]
    section = start.measure(setting, PATH, trees, runs=2)
    assert section.is_met
    assert {figure.measured.median for figure in section.figures} == {1.25, 0.5}
    took["now"] = iter([1.6] * 6)
    assert not start.measure(setting, PATH, trees[1:], runs=1).is_met


def test_a_tree_that_begins_no_guest_is_told_with_its_words(
    setting: Setting, tmp_path: Path
) -> None:
    tree = Tree(name="now", dir=tmp_path)
    tree.pytest_path.parent.mkdir(parents=True)
    tree.pytest_path.write_text("#!/bin/sh\necho no such option\n")
    tree.pytest_path.chmod(0o755)
    boots = tmp_path / "fixtures" / "showmax" / "boots"
    boots.mkdir(parents=True)
    (boots / f"{PATH.id}.boot").touch()
    with pytest.raises(HarnessError, match=r"began no guest(?s:.)*no such option"):
        start.once(setting, tree, PATH, "pytest, one scenario", 0)
