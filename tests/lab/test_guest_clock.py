"""The real clock of a guest leaves out what its emulator had to wait for a core."""

import time
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import pytest

from harness.errors import GuestError
from harness.guest.hypervisor import Domain
from harness.guest.spec import Clock, GuestSpec, Nic
from harness.lab.namespace import Namespace
from harness.lab.power import Emulator, guest_clock
from harness.machines import BOOT_PATHS

SPEC = GuestSpec(
    name="guest0",
    path=BOOT_PATHS["bios-ipxe-rom"],
    nics=(Nic.of(BOOT_PATHS["bios-ipxe-rom"]),),
    console_pipe=Path("/run/console"),
)


@dataclass
class FakeNamespace:
    """A lab whose files lie in a directory."""

    root: Path

    def path(self, inside: str | Path) -> Path:
        """Give the host's path."""
        return self.root / str(inside).lstrip("/")


@dataclass
class FakeDomain:
    """A guest that may have been switched on."""

    name: str = SPEC.name
    began_s: float | None = None
    clock_s: float = 0.0


def waited(root: Path, seconds_s: float) -> None:
    """Write down, as Linux does, how long the guest's emulator has waited for a core."""
    (root / "run/libvirt/qemu").mkdir(parents=True, exist_ok=True)
    (root / "run/libvirt/qemu/guest0.pid").write_text("7\n")
    for thread, line in (("7", "5 1000 3"), ("8", f"900000000 {seconds_s * 1e9:.0f} 12")):
        task_dir = root / "proc/7/task" / thread
        task_dir.mkdir(parents=True, exist_ok=True)
        (task_dir / "schedstat").write_text(f"{line}\n")


def test_waiting_for_a_core_is_not_the_guests_time(tmp_path: Path) -> None:
    namespace = cast("Namespace", FakeNamespace(tmp_path))
    domain = FakeDomain(began_s=time.monotonic() - 10)
    clock = guest_clock(namespace, cast("Domain", domain), Clock.REAL)
    assert abs(clock() - 10) < 0.1
    waited(tmp_path, 2.5)
    assert abs(clock() - 7.5) < 0.1
    (tmp_path / "run/libvirt/qemu/guest0.pid").unlink()
    assert abs(clock() - 7.5) < 0.1


def test_each_power_on_begins_anew(tmp_path: Path) -> None:
    namespace = cast("Namespace", FakeNamespace(tmp_path))
    domain = FakeDomain()
    clock = guest_clock(namespace, cast("Domain", domain), Clock.REAL)
    assert clock() == 0.0
    waited(tmp_path, 2.5)
    domain.began_s = time.monotonic() - 10
    assert abs(clock() - 7.5) < 0.1
    waited(tmp_path, 0.5)
    domain.began_s = time.monotonic() - 1
    assert abs(clock() - 0.5) < 0.1


def test_the_fast_clock_is_the_domains(tmp_path: Path) -> None:
    namespace = cast("Namespace", FakeNamespace(tmp_path))
    domain = FakeDomain()
    clock = guest_clock(namespace, cast("Domain", domain), Clock.FAST)
    assert clock() == 0.0
    domain.clock_s = 12.0
    assert clock() == 12.0


@pytest.mark.parametrize("state", "TSRD")
def test_an_emulator_that_was_stopped_is_not_waited_for(state: str, tmp_path: Path) -> None:
    emulator = Emulator(cast("Namespace", FakeNamespace(tmp_path)), SPEC.name)
    emulator.verify_alive()
    waited(tmp_path, 0.0)
    (tmp_path / "proc/7/stat").write_text(f"7 (qemu) S (x) {state} 1 7 7 0")
    expected = pytest.raises(GuestError, match="guest0 was stopped by a signal")
    with expected if state == "T" else nullcontext():
        emulator.verify_alive()
