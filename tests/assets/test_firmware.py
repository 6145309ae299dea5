"""The catalogue's entries are complete, and a firmware carries what identifies it."""

import os
import shutil
from pathlib import Path

import pytest

from harness.assets import catalogue
from harness.assets.cache import Cache
from harness.assets.catalogue import RELEASES, Part, Release
from harness.assets.firmware import choose_firmware, find_firmware, is_here, machine_of
from harness.errors import UsageError
from harness.machines import MACHINES, Machine
from tests.assets.debian import FakeMirror, build_deb

VOLUME = bytes(40) + b"_FVH"
FIRMWARE = [each for each in RELEASES if each.part is Part.FIRMWARE]


@pytest.fixture(autouse=True)
def nothing_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no package be installed on this machine."""
    monkeypatch.setattr(catalogue, "installed_version", lambda name: None)


@pytest.mark.parametrize("each", FIRMWARE, ids=str)
def test_a_release_is_firmware_of_a_machine(each: Release) -> None:
    assert ("vars" in each.files) == machine_of(each.name).is_uefi
    _, code = each.files["code"]
    assert not code.startswith("/")
    # The one exception is explained beside it.
    plain = (each.name, each.suite) != ("ovmf-ia32", "bookworm")
    assert ("secboot" in code) == ("secboot" in each.name or not plain)


@pytest.mark.parametrize("machine", MACHINES.values(), ids=list(MACHINES))
def test_the_defaults_are_bookworms(machine: Machine) -> None:
    assert catalogue.find(machine.default_firmware, Part.FIRMWARE).suite == "bookworm"


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(UsageError, match="one of: ovmf-x64, ovmf-secboot-x64"):
        find_firmware("ovmf-x65")


def test_an_old_name_says_what_it_is_now() -> None:
    with pytest.raises(UsageError, match="it is ovmf-x64@trixie now"):
        find_firmware("ovmf-x64-trixie")


def files_of(suite: str) -> dict[str, bytes]:
    """Give what a package of 64-bit OVMF holds."""
    release = catalogue.find(f"ovmf-x64@{suite}", Part.FIRMWARE)
    return {path: name.encode() for name, (_, path) in release.files.items()}


def test_a_firmware_is_fetched_when_it_is_not_installed(
    mirror: FakeMirror, cache: Cache, tmp_path: Path
) -> None:
    mirror.debs["ovmf"] = build_deb(tmp_path, "ovmf", files_of("trixie"))
    assert not is_here("ovmf-x64@trixie", cache=cache)
    found = find_firmware("ovmf-x64@trixie", cache=cache)
    assert is_here("ovmf-x64@trixie", cache=cache)
    assert found.vars_path
    assert (found.code_path.read_bytes(), found.vars_path.read_bytes()) == (b"code", b"vars")
    assert (found.id, found.version, found.title) == ("ovmf-x64@1.2", "1.2-3", "ovmf-x64 1.2-3")
    assert found.sha256 != found.vars_sha256


def test_the_machines_own_is_used_only_for_its_own_release(
    mirror: FakeMirror, cache: Cache, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catalogue, "installed_version", lambda name: "of-the-machine")
    monkeypatch.setattr(catalogue, "host_suite", lambda: "trixie")
    release = catalogue.find("seabios", Part.FIRMWARE)
    _, path = release.files["code"]
    mirror.debs["seabios"] = build_deb(tmp_path, "seabios", {path: b"code"})
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
    assert choose_firmware([str(build)]) == {"x64": (str(build),)}
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


def test_a_tree_is_its_newest_build(build: Path, cache: Cache) -> None:
    tree = build.parent / "edk2"
    place = tree / "Build" / "OvmfX64" / "RELEASE_GCC" / "FV"
    place.mkdir(parents=True)
    for name in ("OVMF_CODE.fd", "OVMF_VARS.fd"):
        build.with_name(name).rename(tree / name)
    build = tree / build.name
    for file in ("OVMF_CODE.fd", "OVMF_VARS.fd"):
        (place / file).write_bytes(VOLUME + b"newer")
    os.utime(build, (1, 1))
    assert find_firmware(str(tree), cache=cache).code_path.read_bytes().endswith(b"newer")
    os.utime(place / "OVMF_CODE.fd", (0, 0))
    assert find_firmware(str(tree), cache=cache).code_path.read_bytes().endswith(b"code")
    (tree.parent / "none").mkdir()
    with pytest.raises(UsageError, match="there is no build of firmware in"):
        choose_firmware([f"{tree.parent}/none/"])


def test_each_name_knows_its_machine() -> None:
    assert choose_firmware([]) == {}
    assert choose_firmware(["ovmf-ia32@trixie", "ovmf-x64@sid"]) == {
        "ia32": ("ovmf-ia32@trixie",),
        "x64": ("ovmf-x64@sid",),
    }
    assert choose_firmware(["ia32=ovmf-ia32"]) == {"ia32": ("ovmf-ia32",)}


def test_several_of_a_machine_are_several_runs() -> None:
    assert choose_firmware(["ovmf-x64", "ovmf-x64@sid", "ovmf-x64"]) == {
        "x64": ("ovmf-x64", "ovmf-x64@sid")
    }


def test_a_build_is_the_named_machines(build: Path) -> None:
    assert choose_firmware([f"ia32={build}"]) == {"ia32": (str(build),)}
    assert choose_firmware([str(build)], machine=MACHINES["ia32"]) == {"ia32": (str(build),)}


def test_a_file_may_have_an_equals_sign_in_its_path(build: Path) -> None:
    directory = build.parent / "a=b"
    directory.mkdir()
    for file in ("OVMF_CODE.fd", "OVMF_VARS.fd"):
        (directory / file).write_bytes(VOLUME)
    file_name = str(directory / "OVMF_CODE.fd")
    assert choose_firmware([file_name]) == {"x64": (file_name,)}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["ia32=ovmf-x64"], "ovmf-x64 is not ia32 UEFI firmware.*one of: ovmf-ia32"),
        (["arm=ovmf-x64"], "no kind of machine is called arm.*x64, ia32, arm64, bios"),
        (["seabios"], "seabios is not UEFI firmware.*ovmf-x64, .*ovmf-ia32"),
    ],
)
def test_what_cannot_be_meant(words: list[str], said: str) -> None:
    with pytest.raises(UsageError, match=f"(?s){said}"):
        choose_firmware(words)


def test_the_same_build_under_another_name_is_there_under_that(build: Path, cache: Cache) -> None:
    find_firmware(str(build), cache=cache)
    for file in (build, build.with_name(build.name.replace("CODE", "VARS"))):
        shutil.copyfile(file, file.with_name(f"SB_{file.name}"))
    found = find_firmware(str(build.with_name(f"SB_{build.name}")), cache=cache)
    assert found.code_path.name == f"SB_{build.name}"
    assert found.code_path.is_file()
