"""The catalogue's entries are complete, and a firmware carries what identifies it."""

from pathlib import Path

import pytest

from harness.assets import firmware
from harness.assets.cache import Cache
from harness.assets.firmware import (
    CATALOGUE,
    choose_firmware,
    find_firmware,
    is_here,
    machine_of,
)
from harness.errors import UsageError
from harness.machines import MACHINES, Machine
from tests.assets.debian import FakeMirror, build_deb

VOLUME = bytes(40) + b"_FVH"


@pytest.fixture(autouse=True)
def nothing_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no package be installed on this machine."""
    monkeypatch.setattr(firmware, "installed_version", lambda name: None)


@pytest.mark.parametrize("firmware_id", CATALOGUE)
def test_an_entry_is_plain_firmware_of_a_machine(firmware_id: str) -> None:
    origin = CATALOGUE[firmware_id]
    assert (origin.vars is not None) == machine_of(firmware_id).is_uefi
    assert not origin.code.startswith("/")
    # The one exception is explained beside it.
    assert ("secboot" in origin.code) == (firmware_id == "ovmf-ia32")


@pytest.mark.parametrize("machine", MACHINES.values(), ids=list(MACHINES))
def test_the_defaults_are_bookworms(machine: Machine) -> None:
    assert CATALOGUE[machine.default_firmware].suite == "bookworm"


def test_an_unknown_id_lists_the_known_ones() -> None:
    with pytest.raises(UsageError, match="one of: ovmf-x64, ovmf-x64-trixie"):
        find_firmware("ovmf-x65")


def test_a_firmware_is_fetched_when_it_is_not_installed(
    mirror: FakeMirror, cache: Cache, tmp_path: Path
) -> None:
    origin = CATALOGUE["ovmf-x64-trixie"]
    assert origin.vars
    files = {origin.code: b"code", origin.vars: b"vars"}
    mirror.debs["ovmf"] = build_deb(tmp_path, "ovmf", files)
    assert not is_here("ovmf-x64-trixie", cache=cache)
    found = find_firmware("ovmf-x64-trixie", cache=cache)
    assert is_here("ovmf-x64-trixie", cache=cache)
    assert found.vars_path
    assert (found.code_path.read_bytes(), found.vars_path.read_bytes()) == (b"code", b"vars")
    assert found.version == "1.2-3"
    assert found.sha256 != found.vars_sha256


def test_the_machines_own_is_used_only_for_its_own_release(
    mirror: FakeMirror, cache: Cache, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(firmware, "installed_version", lambda name: "of-the-machine")
    monkeypatch.setattr(firmware, "host_suite", lambda: "trixie")
    mirror.debs["seabios"] = build_deb(tmp_path, "seabios", {CATALOGUE["seabios"].code: b"code"})
    found = find_firmware("seabios", cache=cache)
    assert found.version == "1.2-3"
    assert (found.vars_path, found.vars_sha256) == (None, None)


@pytest.fixture
def build(tmp_path: Path) -> Path:
    """Give the code of a build of somebody's own, beside its variable store."""
    (tmp_path / "OVMF_VARS.fd").write_bytes(VOLUME + b"vars")
    (tmp_path / "OVMF_CODE.fd").write_bytes(VOLUME + b"code")
    return tmp_path / "OVMF_CODE.fd"


def test_a_build_of_ones_own_is_named_by_its_file(build: Path, cache: Cache) -> None:
    assert choose_firmware([str(build)]) == {"x64": str(build)}
    found = find_firmware(str(build), cache=cache)
    assert (found.id, found.version) == (str(build), "")
    assert found.vars_path
    assert found.code_path.read_bytes().endswith(b"code")
    assert found.vars_path.read_bytes().endswith(b"vars")


def test_the_next_build_does_not_change_under_a_run(build: Path, cache: Cache) -> None:
    first = find_firmware(str(build), cache=cache)
    build.write_bytes(VOLUME + b"the next code")
    second = find_firmware(str(build), cache=cache)
    assert first.sha256 != second.sha256
    assert first.code_path.read_bytes().endswith(b"_FVHcode")
    assert second.code_path.read_bytes().endswith(b"the next code")


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("none/OVMF_CODE.fd", None, "there is no firmware"),
        ("OVMF_CODE.fd", b"\x7fELF", "is not UEFI firmware"),
        ("OVMF.fd", VOLUME, "is not code alone.*OVMF_CODE.fd"),
        ("QEMU_CODE.fd", VOLUME, "has no variable store beside it.*QEMU_VARS.fd"),
    ],
)
def test_what_is_no_build_is_told(build: Path, name: str, content: bytes | None, said: str) -> None:
    file = build.parent / name
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(UsageError, match=f"(?s){said}"):
        choose_firmware([str(file)])


def test_each_id_knows_its_machine() -> None:
    assert choose_firmware([]) == {}
    assert choose_firmware(["ovmf-ia32-trixie", "ovmf-x64-sid"]) == {
        "ia32": "ovmf-ia32-trixie",
        "x64": "ovmf-x64-sid",
    }
    assert choose_firmware(["ia32=ovmf-ia32"]) == {"ia32": "ovmf-ia32"}


def test_a_build_is_the_named_machines(build: Path) -> None:
    assert choose_firmware([f"ia32={build}"]) == {"ia32": str(build)}
    assert choose_firmware([str(build)], machine=MACHINES["ia32"]) == {"ia32": str(build)}


def test_a_file_may_have_an_equals_sign_in_its_path(build: Path) -> None:
    directory = build.parent / "a=b"
    directory.mkdir()
    for file in ("OVMF_CODE.fd", "OVMF_VARS.fd"):
        (directory / file).write_bytes(VOLUME)
    file_name = str(directory / "OVMF_CODE.fd")
    assert choose_firmware([file_name]) == {"x64": file_name}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["ia32=ovmf-x64"], "ovmf-x64 is not ia32 UEFI firmware.*ovmf-ia32, ovmf-ia32-trixie"),
        (["arm=ovmf-x64"], "no kind of machine is called arm.*x64, ia32, bios"),
        (["seabios"], "seabios is not UEFI firmware.*ovmf-x64, .*ovmf-ia32-trixie"),
        (["ovmf-x64", "ovmf-x64-sid"], "x64 UEFI machines are given ovmf-x64 and ovmf-x64-sid"),
    ],
)
def test_what_cannot_be_meant(words: list[str], said: str) -> None:
    with pytest.raises(UsageError, match=f"(?s){said}"):
        choose_firmware(words)
