"""Witnesses that write late are waited for: the capture by a mark, the logs by the wire."""

import os
import shutil
import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from harness import logwatch
from harness.deadline import Pace
from harness.evidence.directory import EvidenceDirectory
from harness.lab import Lab, LabOptions
from harness.lab.network import Network
from harness.lab.witnesses import Witnesses
from harness.site import Site
from harness.witness.journal import Journal
from harness.witness.wire import Wire, WireEvent
from tests.judge.recorded import DATA, MAC, capture, record

BOOT = record("green-bios-ipxe-rom")
FRAMES = 5
ROUND_S = 0.5
LATE_S = 2.0
"""More than a log of no daemon in particular is waited for."""


class Capturing(Network):
    """A network whose capture has everything at once: it writes the mark down itself."""

    def __init__(self, wire_path: Path) -> None:
        """Keep where the capture is."""
        self._wire_path = wire_path

    def send_mark(self, mark: bytes) -> None:
        """Capture the mark."""
        with self._wire_path.open("ab") as file:
            file.write(mark)


@pytest.fixture
def lab(daemons: None, site: Site, options: Callable[[str], LabOptions]) -> Iterator[Lab]:
    """A running lab without guests."""
    with Lab(site, options("settle")) as lab:
        yield lab


@pytest.mark.parametrize(
    "read",
    [
        lambda lab: lab.wire(),
        lambda lab: Witnesses(lab.evidence, lab.network, Pace(crowding=100.0)).read(BOOT).wire,
    ],
    ids=["of a lab", "of a boot"],
)
def test_a_capture_that_lags_is_waited_for(lab: Lab, read: Callable[[Lab], Wire]) -> None:
    before = read(lab).frames
    tcpdump = lab.service("capture")
    lab.namespace.signal(tcpdump._started(), signal.SIGSTOP)
    for _ in range(FRAMES):
        lab.network.send_mark(b"something")
    seen: list[Wire] = []
    reading = threading.Thread(target=lambda: seen.append(read(lab)), daemon=True)
    reading.start()
    reading.join(ROUND_S)
    assert reading.is_alive(), "nothing can have been captured"
    lab.namespace.signal(tcpdump._started(), signal.SIGCONT)
    reading.join()
    assert seen[0].frames > before + FRAMES


@pytest.mark.parametrize(("crowding", "delay_s"), [(100.0, 0.0), (1.0, 100.0)])
def test_a_log_that_lags_is_waited_for(tmp_path: Path, crowding: float, delay_s: float) -> None:
    store = EvidenceDirectory(tmp_path)
    store.wire_path.write_bytes(capture("green-bios-ipxe-rom"))
    logs = {
        path.relative_to(DATA / "green-bios-ipxe-rom" / "log"): path.read_text()
        for path in (DATA / "green-bios-ipxe-rom" / "log").rglob("*")
        if path.is_file()
    }
    late = Path("nginx/access.log")
    for name, text in logs.items():
        (store.log_dir / name).parent.mkdir(parents=True, exist_ok=True)
        (store.log_dir / name).write_text("" if name == late else text)
    witnesses = Witnesses(
        store=store,
        network=Capturing(store.wire_path),
        pace=Pace(crowding=crowding),
        log_delay_s=delay_s,
    )
    seen: list[Journal] = []
    reading = threading.Thread(
        target=lambda: seen.append(witnesses.read(BOOT).journal), daemon=True
    )
    reading.start()
    reading.join(LATE_S)
    assert reading.is_alive(), "nginx has logged nothing yet"
    (store.log_dir / late).write_text(logs[late])
    reading.join()
    assert [event.line for event in seen[0].events] == [e.line for e in BOOT.journal.events]


@pytest.fixture
def quiet(tmp_path: Path) -> Witnesses:
    """Give the witnesses of a real boot, whose logs have long been quiet."""
    store = EvidenceDirectory(tmp_path)
    store.wire_path.write_bytes(capture("green-bios-ipxe-rom"))
    shutil.copytree(DATA / "green-bios-ipxe-rom" / "log", store.log_dir, dirs_exist_ok=True)
    for log in store.log_dir.rglob("*"):
        os.utime(log, (1.0, 1.0))
    return Witnesses(store=store, network=Capturing(store.wire_path), pace=Pace())


def test_logs_that_are_quiet_already_are_not_waited_for(
    quiet: Witnesses, monkeypatch: pytest.MonkeyPatch
) -> None:
    (quiet.store.log_dir / "libvirt").mkdir()
    (quiet.store.log_dir / "libvirt" / "guest0.log").write_text("shutting down")
    monkeypatch.setattr(logwatch, "pause", lambda _s: pytest.fail("it waits"))
    assert quiet.read(BOOT).journal.events == BOOT.journal.events


def test_a_frame_of_just_now_gives_the_logs_their_time(
    quiet: Witnesses, monkeypatch: pytest.MonkeyPatch
) -> None:
    now_s = [max(event.time_s for event in BOOT.wire.of(WireEvent, mac=MAC)) + 0.01]
    pauses: list[float] = []

    def pause(seconds_s: float) -> None:
        pauses.append(seconds_s)
        now_s[0] += seconds_s

    monkeypatch.setattr(logwatch, "pause", pause)
    monkeypatch.setattr("harness.lab.witnesses.time.time", lambda: now_s[0])
    assert quiet.read(BOOT).journal.events == BOOT.journal.events
    assert 0.1 < sum(pauses) < 0.3
