"""The accelerator is what boots firmware; a device file proves nothing."""

import json
import os
import stat
from pathlib import Path

import pytest

from harness.errors import PrerequisiteError, UsageError
from harness.host import accelerator
from harness.host.accelerator import Accelerator

WORKS = "UEFI firmware spoke"


@pytest.fixture
def device(tmp_path: Path) -> Path:
    """Give a file that opens, as a working or a bad /dev/kvm does."""
    path = tmp_path / "kvm"
    path.touch()
    return path


def works() -> str:
    """Play a KVM that boots firmware."""
    return WORKS


def fails() -> str:
    """Play a KVM that does not."""
    raise PrerequisiteError("firmware does not run")


def never() -> str:
    """Play a probe that must not be asked."""
    raise AssertionError("probed")


def fake_qemu(directory: Path, script: str) -> None:
    """Put a program in the place of QEMU; `$serial` is where its serial port goes."""
    path = directory / "qemu-system-x86_64"
    find_serial = "for word; do case $word in file:*) serial=${word#file:} ;; esac; done"
    path.write_text(f"#!/bin/sh\necho $$ >{directory}/pid\n{find_serial}\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


def is_gone(pid: int) -> bool:
    """Whether no process has this id."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


@pytest.mark.parametrize("name", ["kvm", "tcg"])
def test_a_request_is_taken_at_its_word(name: str, tmp_path: Path, device: Path) -> None:
    chosen = accelerator.choose(name, cache_dir=tmp_path, probe=never, device=device)
    assert chosen == Accelerator(name=chosen.name, reason="asked for")
    assert chosen.name == name


def test_an_unknown_request_names_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="auto, kvm, tcg"):
        accelerator.choose("xen", cache_dir=tmp_path, probe=never)


def test_no_device_is_tcg_without_a_probe(tmp_path: Path) -> None:
    chosen = accelerator.choose(cache_dir=tmp_path, probe=never, device=tmp_path / "none")
    assert (chosen.name, chosen.reason) == ("tcg", f"no {tmp_path}/none")
    assert chosen.cure


def test_a_device_that_does_not_boot_is_tcg_with_the_reason(tmp_path: Path, device: Path) -> None:
    chosen = accelerator.choose(cache_dir=tmp_path, probe=fails, device=device)
    assert (chosen.name, chosen.reason) == ("tcg", "firmware does not run")


def test_the_answer_is_kept_and_renewed_on_demand(tmp_path: Path, device: Path) -> None:
    first = accelerator.choose(cache_dir=tmp_path, probe=works, device=device)
    second = accelerator.choose(cache_dir=tmp_path, probe=never, device=device)
    renewed = accelerator.choose(cache_dir=tmp_path, probe=fails, device=device, fresh=True)
    assert first == second == Accelerator(name="kvm", reason=WORKS)
    assert renewed.name == "tcg"


def test_the_answer_of_another_boot_or_qemu_does_not_count(tmp_path: Path, device: Path) -> None:
    accelerator.choose(cache_dir=tmp_path, probe=works, device=device)
    kept_path = tmp_path / "accelerator.json"
    kept = json.loads(kept_path.read_text())
    kept_path.write_text(json.dumps({**kept, "key": ["another boot", *kept["key"][1:]]}))
    assert accelerator.choose(cache_dir=tmp_path, probe=fails, device=device).name == "tcg"


@pytest.mark.parametrize("damage", ["", "{", "[]", "null", '{"key": 1}'])
def test_a_damaged_answer_is_asked_for_again(damage: str, tmp_path: Path, device: Path) -> None:
    (tmp_path / "accelerator.json").write_text(damage)
    assert accelerator.choose(cache_dir=tmp_path, probe=works, device=device).name == "kvm"


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("echo 'KVM internal error. Suberror: 1'; exec sleep 60", "QEMU says: KVM internal error"),
        ("echo 'qemu: no such accelerator'; exit 1", "QEMU says: qemu: no such"),
        ("exit 0", "QEMU says: nothing"),
        ("exec sleep 60", "no serial output"),
    ],
    ids=["gives-up", "refuses", "ends", "silent"],
)
def test_firmware_that_does_not_speak(
    script: str, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_qemu(tmp_path, script)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    with pytest.raises(PrerequisiteError, match=reason):
        accelerator.boot_firmware(timeout_s=1.0, firmware_path=tmp_path)
    assert is_gone(int((tmp_path / "pid").read_text()))


def test_firmware_that_speaks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_qemu(tmp_path, "echo 'a warning' >&2; printf '\\033[2J' >$serial; exec sleep 60")
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    seen = accelerator.boot_firmware(timeout_s=20.0, firmware_path=tmp_path)
    assert seen.startswith("UEFI firmware spoke after")
    assert is_gone(int((tmp_path / "pid").read_text()))
