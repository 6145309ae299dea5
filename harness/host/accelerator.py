"""KVM or TCG: decided by booting firmware, never by the existence of /dev/kvm.

A device file can exist and be closed to us, or be a nested or software KVM in
which no firmware runs. So a bare QEMU boots UEFI firmware with KVM, and its
first serial output decides. The answer is kept until the next boot of this
host, or its QEMU changes.
"""

import fcntl
import json
import os
import re
import select
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from harness import process
from harness.deadline import Deadline
from harness.errors import PrerequisiteError, UsageError
from harness.host import tools

AcceleratorName = Literal["kvm", "tcg"]
_NAMED: dict[str, AcceleratorName] = {"kvm": "kvm", "tcg": "tcg"}
REQUESTS = ("auto", *_NAMED)

KVM_DEVICE = Path("/dev/kvm")
KVM_DEADLINE_S = 10.0
"""A KVM that needs longer to the firmware's first words (1 s as a rule) gains nothing over TCG."""

_KVM_GAVE_UP = re.compile(r"KVM internal error.*")
_READ_SIZE = 65536


@dataclass(frozen=True, kw_only=True)
class Accelerator:
    """What guests run on, and why; `cure` says how to get KVM where that is known."""

    name: AcceleratorName
    reason: str
    cure: str = ""


def choose(
    requested: str = "auto",
    *,
    cache_dir: Path,
    fresh: bool = False,
    probe: Callable[[], str] | None = None,
    device: Path = KVM_DEVICE,
) -> Accelerator:
    """Choose the accelerator; `kvm` and `tcg` are taken at their word.

    `fresh` probes even when the answer is known. `probe` returns what it saw,
    or raises PrerequisiteError when KVM boots nothing.

    Raises:
        UsageError: `requested` is none of REQUESTS.
        PrerequisiteError: QEMU or its firmware is not installed.
    """
    if named := _NAMED.get(requested):
        return Accelerator(name=named, reason="asked for")
    if requested != "auto":
        raise UsageError(f"no accelerator {requested}", cure=f"use one of {', '.join(REQUESTS)}")
    if closed := _why_closed(device):
        return closed
    # A tool that is missing says nothing about KVM: let that be known instead.
    tools.require("qemu-system-x86_64", "ovmf", "setpriv")
    cache_dir.mkdir(parents=True, exist_ok=True)
    with _locked(cache_dir / "accelerator.lock"):
        answer_path = cache_dir / "accelerator.json"
        key = _machine_key()
        if not fresh and (known := _remembered(answer_path, key)):
            return known
        try:
            answer = Accelerator(name="kvm", reason=(probe or boot_firmware)())
        except PrerequisiteError as error:
            answer = Accelerator(name="tcg", reason=error.what)
        kept = {"key": key, "name": answer.name, "reason": answer.reason}
        answer_path.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
    return answer


def _why_closed(device: Path) -> Accelerator | None:
    """Open the device to know; None when it opens."""
    try:
        os.close(os.open(device, os.O_RDWR | os.O_CLOEXEC))
    except FileNotFoundError:
        reason = f"no {device}"
        cure = "enable virtualization in the machine's firmware setup, or load the kvm module"
    except OSError as error:
        reason = f"{device} cannot be opened: {error.strerror}"
        cure = 'sudo usermod --append --groups kvm "$USER", then log in again'
    else:
        return None
    return Accelerator(name="tcg", reason=reason, cure=cure)


def boot_firmware(
    *,
    accelerator: AcceleratorName = "kvm",
    timeout_s: float = KVM_DEADLINE_S,
    firmware_path: Path | None = None,
) -> str:
    """Boot UEFI firmware in a bare QEMU until its first serial output; say what was seen.

    Raises:
        PrerequisiteError: QEMU or firmware is missing, or nothing was printed.
    """
    deadline = Deadline(timeout_s, "the firmware's first serial output")
    # A pipe that QEMU opens by its place in /proc: no file that could be left behind.
    serial_fd, written_fd = os.pipe()
    serial_path = Path(f"/proc/{os.getpid()}/fd/{written_fd}")
    try:
        qemu = process.start(_command(accelerator, firmware_path, serial_path))
        try:
            _wait_for_output(qemu, serial_fd, deadline, accelerator)
        finally:
            qemu.close()
    finally:
        os.close(serial_fd)
        os.close(written_fd)
    return f"UEFI firmware spoke after {deadline.elapsed_s:.1f} s on {accelerator.upper()}"


def _command(accelerator: str, firmware_path: Path | None, serial_path: Path) -> list[str]:
    code_path = firmware_path or tools.path_of("ovmf")
    return [
        # Even SIGKILL of this process leaves no QEMU behind.
        *(str(tools.path_of("setpriv")), "--pdeathsig", "KILL"),
        *(str(tools.path_of("qemu-system-x86_64")), "-accel", accelerator, "-machine", "q35"),
        *("-m", "128", "-nodefaults", "-no-user-config", "-display", "none", "-nic", "none"),
        *("-drive", f"if=pflash,unit=0,format=raw,readonly=on,file={code_path}"),
        *("-serial", f"file:{serial_path}"),
    ]


def _wait_for_output(
    qemu: process.Process, serial_fd: int, deadline: Deadline, accelerator: str
) -> None:
    """Return at the first serial byte; raise when QEMU ends or KVM gives up before."""
    poller = select.poll()
    poller.register(serial_fd, select.POLLIN)
    poller.register(qemu.stdout_fd, select.POLLIN)
    said = ""
    while not deadline.expired:
        ready = dict(poller.poll(deadline.remaining_s * 1000))
        if ready.get(serial_fd, 0) & select.POLLIN:
            return
        if qemu.stdout_fd in ready:
            text = os.read(qemu.stdout_fd, _READ_SIZE).decode(errors="replace")
            said += text
            gave_up = _KVM_GAVE_UP.search(said)
            if gave_up or not text:
                last = gave_up.group() if gave_up else process.last_line(said) or "nothing"
                raise PrerequisiteError(_failed(accelerator, f"QEMU says: {last}", deadline))
    raise PrerequisiteError(
        _failed(accelerator, "no serial output" + (f"; {said.strip()}" if said else ""), deadline)
    )


def _failed(accelerator: str, seen: str, deadline: Deadline) -> str:
    return (
        f"UEFI firmware does not run on {accelerator.upper()} here: {seen}"
        f" (after {deadline.elapsed_s:.1f} s)"
    )


def _machine_key() -> list[str]:
    """Give what the answer depends on: this boot, this kernel, this QEMU."""
    boot_id = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    qemu = tools.path_of("qemu-system-x86_64").stat()
    return [boot_id, os.uname().release, f"{qemu.st_size} {qemu.st_mtime_ns}"]


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold a lock: of several workers one probes and the others read its answer."""
    with path.open("w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _remembered(path: Path, key: list[str]) -> Accelerator | None:
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        if kept["key"] != key or kept["name"] not in ("kvm", "tcg"):
            return None
        return Accelerator(name=kept["name"], reason=str(kept["reason"]))
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None
