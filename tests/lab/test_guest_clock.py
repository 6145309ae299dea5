"""The real clock of a guest leaves out what its emulator had to wait for a core."""

import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

from harness.guest.hypervisor import Domain
from harness.guest.spec import Clock, GuestSpec
from harness.lab.guest_clock import guest_clock
from harness.lab.namespace import Namespace
from harness.machines import BOOT_PATHS

SPEC = GuestSpec(
    name="guest0",
    path=BOOT_PATHS["bios-ipxe-rom"],
    mac="52:54:00:12:34:56",
    tap="tap0",
    console_pipe=Path("/run/console"),
)


@dataclass
class FakeNamespace:
    """A lab whose files lie in a directory."""

    root: Path

    def path(self, inside: str | Path) -> Path:
        """Give the host's path."""
        return self.root / str(inside).lstrip("/")


def test_waiting_for_a_core_is_not_the_guests_time(tmp_path: Path) -> None:
    namespace = cast("Namespace", FakeNamespace(tmp_path))
    clock = guest_clock(namespace, SPEC, ())
    before = time.monotonic() - clock()
    (tmp_path / "run/libvirt/qemu").mkdir(parents=True)
    (tmp_path / "run/libvirt/qemu/guest0.pid").write_text("7\n")
    for thread, line in (("7", "5 1000 3"), ("8", "900000000 2500000000 12")):
        task_dir = tmp_path / "proc/7/task" / thread
        task_dir.mkdir(parents=True)
        (task_dir / "schedstat").write_text(f"{line}\n")
    assert abs(time.monotonic() - clock() - before - 2.5) < 0.1
    (tmp_path / "run/libvirt/qemu/guest0.pid").unlink()
    assert abs(time.monotonic() - clock() - before - 2.5) < 0.1


def test_the_fast_clock_is_the_domains(tmp_path: Path) -> None:
    namespace = cast("Namespace", FakeNamespace(tmp_path))
    domains: list[Domain] = []
    clock = guest_clock(namespace, replace(SPEC, clock=Clock.FAST), domains)
    assert clock() == 0.0

    @dataclass
    class Ticking:
        clock_s: float = 12.0

    domains.append(cast("Domain", Ticking()))
    assert clock() == 12.0
