"""QEMU's descriptors: what they tell of can be had by name, and what cannot says why."""

import json
from pathlib import Path
from typing import Any

import pytest

from harness.assets import descriptors
from harness.assets.cache import Cache
from harness.assets.firmware import choose_firmware, find_firmware, machine_of
from harness.errors import UsageError
from harness.pytest_plugin.exclusion import Exclusion, problems

Told = dict[str, Any]


@pytest.fixture(autouse=True)
def directories(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, ...]:
    """Give a system's directory of descriptors, and an administrator's."""
    found = tuple(tmp_path / name for name in ("usr", "etc"))
    for each in found:
        each.mkdir()
    monkeypatch.setattr(descriptors, "DIRECTORIES", found)
    return found


@pytest.fixture
def told(tmp_path: Path) -> Told:
    """Give what a descriptor of 64-bit OVMF tells."""
    parts = {}
    for key, name in (("executable", "CODE.fd"), ("nvram-template", "VARS.fd")):
        (tmp_path / name).write_bytes(name.encode())
        parts[key] = {"filename": str(tmp_path / name), "format": "raw"}
    return {
        "mapping": {"device": "flash", **parts},
        "targets": [{"architecture": "x86_64", "machines": ["pc-i440fx-*", "pc-q35-*"]}],
        "features": ["secure-boot"],
    }


def write(path: Path, told: Told) -> None:
    """Write a descriptor."""
    path.write_text(json.dumps(told))


def test_its_firmware_is_had_by_its_files_name(
    directories: tuple[Path, ...], told: Told, cache: Cache
) -> None:
    write(directories[0] / "60-edk2.json", told)
    assert choose_firmware(["qemu@60*"]) == {"x64": ("qemu@60-edk2",)}
    assert machine_of("qemu@60-edk2").id == "x64"
    found = find_firmware("qemu@60-edk2", cache=cache)
    assert (found.code_path.read_bytes(), found.id) == (b"CODE.fd", "qemu@60-edk2")
    assert found.vars_path
    assert found.vars_path.read_bytes() == b"VARS.fd"


@pytest.mark.parametrize(("word", "is_refused"), [("qemu@60-edk2", False), ("qemu@06*", True)])
def test_a_matrix_may_leave_one_out_of_a_pattern_of_them(
    directories: tuple[Path, ...], told: Told, word: str, *, is_refused: bool
) -> None:
    write(directories[0] / "60-edk2.json", told)
    axes = {"firmware": ["qemu@*"], "loader": [], "rom": []}
    exclusions = [Exclusion(because="it is too old", firmware=word)]
    text = f'[[exclusions]]\nfirmware = "{word}"\n'
    found = [*problems(exclusions, axes=axes, files=(), path=Path("matrix.toml"), text=text)]
    assert bool(found) is is_refused


def test_32_bits_are_another_machines(directories: tuple[Path, ...], told: Told) -> None:
    told["targets"][0]["architecture"] = "i386"
    write(directories[0] / "50-ia32.json", told)
    assert choose_firmware(["qemu@50-ia32"]) == {"ia32": ("qemu@50-ia32",)}


def test_an_administrators_hides_the_systems(directories: tuple[Path, ...], told: Told) -> None:
    for name in ("a", "b"):
        write(directories[0] / f"{name}.json", told)
    (directories[1] / "a.json").touch()
    write(directories[1] / "b.json", {**told, "features": ["acpi-s3"]})
    (name,) = descriptors.described()
    assert descriptors.require(name).features == ("acpi-s3",)


@pytest.mark.parametrize(
    ("where", "value", "why"),
    [
        (("mapping", "device"), "memory", "it is not for flash but for memory"),
        (("mapping", "mode"), "combined", "code and variables are not apart: mode combined"),
        (("mapping", "executable", "format"), "qcow2", "CODE.fd is not raw but qcow2"),
        (("mapping", "executable", "filename"), "/none.fd", "/none.fd is not there"),
        (("targets",), [], "it is for another processor or board: "),
        (
            ("targets",),
            [{"architecture": "aarch64", "machines": ["virt-*"]}],
            "it is for another processor or board: aarch64",
        ),
        (("mapping",), 1, "is not a descriptor as QEMU defines it"),
    ],
)
def test_what_no_guest_can_have_says_why(
    directories: tuple[Path, ...], told: Told, where: tuple[str, ...], value: object, why: str
) -> None:
    inner = told
    for key in where[:-1]:
        inner = inner[key]
    inner[where[-1]] = value
    write(directories[0] / "x.json", told)
    with pytest.raises(UsageError, match=f"no guest can have the firmware qemu@x: .*{why}"):
        choose_firmware(["qemu@x"])
    with pytest.raises(UsageError, match="know no qemu@x"):
        descriptors.fitting("qemu@x*")


def test_none_at_all_says_where_they_lie() -> None:
    with pytest.raises(UsageError, match="lay a descriptor into one of"):
        choose_firmware(["qemu@60-edk2"])


def test_a_descriptor_that_leads_nowhere_says_so(directories: tuple[Path, ...]) -> None:
    (directories[0] / "70-lost.json").symlink_to("/nowhere/there.json")
    found = descriptors.described()["qemu@70-lost"]
    assert str(found).endswith("70-lost.json cannot be read: No such file or directory")
