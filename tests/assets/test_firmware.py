"""The catalogue's entries are complete, and a firmware carries what identifies it."""

from pathlib import Path

import pytest

from harness.assets import firmware
from harness.assets.cache import Cache
from harness.assets.firmware import CATALOGUE, find_firmware, is_here, require_uefi
from harness.errors import UsageError
from tests.assets.debian import FakeMirror, build_deb

VOLUME = bytes(40) + b"_FVH"


@pytest.fixture(autouse=True)
def nothing_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no package be installed on this machine."""
    monkeypatch.setattr(firmware, "installed_version", lambda name: None)


@pytest.mark.parametrize("firmware_id", CATALOGUE)
def test_an_entry_is_plain_firmware_of_a_known_width(firmware_id: str) -> None:
    origin = CATALOGUE[firmware_id]
    assert origin.client_bits in (16, 32, 64)
    assert (origin.vars is None) == (origin.client_bits == 16)
    assert not origin.code.startswith("/")
    # The one exception is explained beside it.
    assert ("secboot" in origin.code) == (firmware_id == "ovmf-ia32")


@pytest.mark.parametrize("default", [firmware.DEFAULT_UEFI, firmware.DEFAULT_BIOS])
def test_the_defaults_are_bookworms(default: str) -> None:
    assert CATALOGUE[default].suite == "bookworm"


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
    require_uefi(str(build), bits=64)
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
        ("OVMF_CODE.fd", b"\x7fELF", "is no UEFI firmware"),
        ("OVMF.fd", VOLUME, "is not code alone.*OVMF_CODE.fd"),
        ("QEMU_CODE.fd", VOLUME, "has no variable store beside it.*QEMU_VARS.fd"),
    ],
)
def test_what_is_no_build_is_told(build: Path, name: str, content: bytes | None, said: str) -> None:
    file = build.parent / name
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(UsageError, match=f"(?s){said}"):
        require_uefi(str(file), bits=64)


def test_a_word_size_that_does_not_fit() -> None:
    with pytest.raises(UsageError, match="ovmf-ia32 is no 64-bit UEFI firmware"):
        require_uefi("ovmf-ia32", bits=64)
