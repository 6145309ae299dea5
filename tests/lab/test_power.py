"""The power of a guest: its emulator gives way to the servers."""

from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest

from harness import process
from harness.lab.namespace import Namespace
from harness.lab.power import give_way
from harness.services.libvirtd import NICENESS
from tests.lab.test_guest_clock import SPEC, FakeNamespace


@pytest.fixture
def emulator() -> Iterator[process.Process]:
    """Give a process with a session of its own."""
    started = process.start(["sleep", "600"])
    yield started
    started.close()


def test_its_session_is_nice(tmp_path: Path, emulator: process.Process) -> None:
    autogroup = Path(f"/proc/{emulator.pid}/autogroup")
    if not autogroup.exists():
        pytest.skip("this Linux does not schedule by sessions")
    (tmp_path / "proc").symlink_to("/proc")
    (tmp_path / "run/libvirt/qemu").mkdir(parents=True)
    (tmp_path / "run/libvirt/qemu/guest0.pid").write_text(f"{emulator.pid}\n")
    give_way(cast("Namespace", FakeNamespace(tmp_path)), SPEC)
    assert autogroup.read_text().split()[-1] == str(NICENESS)


def test_one_that_is_gone_is_let_go(tmp_path: Path) -> None:
    give_way(cast("Namespace", FakeNamespace(tmp_path)), SPEC)
