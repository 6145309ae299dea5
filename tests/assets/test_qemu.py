"""QEMU of another suite, and of somebody's own build, in the place of this host's."""

from pathlib import Path

import pytest

from harness.assets import catalogue, qemu
from harness.assets.cache import Cache
from harness.assets.catalogue import Part
from harness.assets.package import megabytes
from harness.assets.parts import columns
from harness.assets.qemu import EMULATOR, fetch_qemu, find_qemu, own_qemu
from harness.errors import PrerequisiteError, UsageError
from harness.machines import BOOT_PATHS
from harness.process import run
from tests.assets.debian import FakeMirror, build_deb

PACKAGE = "qemu-system-x86"
PROGRAM = b'#!/bin/sh\necho "$0 $*"\n'
LIBRARIES = "usr/lib/x86_64-linux-gnu"
LOADER = f"{LIBRARIES}/ld-linux-x86-64.so.2"
BUNDLE = f"{LIBRARIES}/qemu-bundle/usr"


@pytest.fixture
def suite(mirror: FakeMirror, tmp_path: Path) -> FakeMirror:
    """Let trixie have a QEMU, its BIOS and its C library."""
    packages: dict[str, dict[str, bytes]] = {
        PACKAGE: {f"usr/bin/{EMULATOR}": PROGRAM, "usr/share/doc/x": b"read me"},
        "seabios": {"usr/share/seabios/bios-256k.bin": b"BIOS"},
        "libc6": {LOADER: PROGRAM, f"{LIBRARIES}/libc.so.6": b""},
    }
    for name, files in packages.items():
        mirror.debs[f"trixie/{name}"] = build_deb(tmp_path, name, files, version="1:10.0+ds-1")
    return mirror


def test_it_comes_with_all_that_it_needs_and_is_started_by_its_own_library(
    suite: FakeMirror, cache: Cache
) -> None:
    said: list[str] = []
    found = fetch_qemu(PACKAGE, "trixie", cache=cache, say=said.append)
    assert (found.version, found.program_path.read_bytes()) == ("1:10.0+ds-1", PROGRAM)
    assert found.bios_path is not None
    assert found.bios_path.read_bytes() == b"BIOS"
    root = found.path.parent / "root"
    library = root / LIBRARIES
    words = f"--inhibit-cache --library-path {library} {found.program_path} -M none a b"
    assert run([str(found.path), "-M", "none", "a b"]).stdout == f"{root / LOADER} {words}\n"
    assert (root / BUNDLE).resolve() == (root / "usr").resolve()
    assert not (root / "usr/share/doc").exists()
    size = sum(deb.stat().st_size for deb in suite.debs.values())
    assert said == [
        f"fetching 3 of 3 packages of Debian trixie, {megabytes(size)}",
        f"unpacking {PACKAGE} 1:10.0+ds-1 and what it needs",
    ]
    suite.calls.clear()
    assert fetch_qemu(PACKAGE, "trixie", cache=cache) == found
    assert suite.calls == []


def test_what_is_not_as_it_was_unpacked_is_not_run(suite: FakeMirror, cache: Cache) -> None:
    found = fetch_qemu(PACKAGE, "trixie", cache=cache)
    found.program_path.write_bytes(b"another")
    with pytest.raises(PrerequisiteError, match="is not what was laid there"):
        find_qemu(PACKAGE, "trixie", cache=cache)


def test_a_build_is_copied_with_what_lies_beside_it(tmp_path: Path, cache: Cache) -> None:
    build = tmp_path / "qemu/build"
    data = build / "qemu-bundle/usr/local/share/qemu"
    data.mkdir(parents=True)
    (build / "pc-bios").mkdir()
    (build / "pc-bios/bios-256k.bin").write_bytes(b"built")
    (data / "bios-256k.bin").symlink_to(build / "pc-bios/bios-256k.bin")
    (data / "edk2.fd").write_bytes(b"")
    (build / EMULATOR).write_bytes(PROGRAM)
    (build / EMULATOR).chmod(0o755)
    first = own_qemu(str(tmp_path / "qemu"), cache=cache)
    (build / EMULATOR).write_bytes(PROGRAM + b"# the next build\n")
    assert first.version == ""
    assert run([str(first.path), "-M", "none"]).stdout == f"{first.program_path} -M none\n"
    assert first.bios_path is not None
    place = first.program_path.parent / "qemu-bundle/usr/local/share/qemu"
    assert (first.bios_path, first.bios_path.read_bytes()) == (place / "bios-256k.bin", b"built")
    assert [each.name for each in place.iterdir()] == ["bios-256k.bin"]
    assert own_qemu(str(build / EMULATOR), cache=cache).sha256 != first.sha256


def test_an_installed_build_has_its_data_where_it_is_installed(
    tmp_path: Path, cache: Cache
) -> None:
    for name in ("bin", "share/qemu"):
        (tmp_path / "usr" / name).mkdir(parents=True)
    (tmp_path / "usr/bin" / EMULATOR).write_bytes(PROGRAM)
    (tmp_path / "usr/share/qemu/bios-256k.bin").write_bytes(b"installed")
    found = own_qemu(str(tmp_path / "usr"), cache=cache)
    assert found.bios_path == found.path.parent / "root/usr/share/qemu/bios-256k.bin"


def test_a_directory_without_one_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=f"there is no {EMULATOR} in {tmp_path}"):
        columns([], [], [], [f"{tmp_path}/"])


def test_it_is_an_axis_of_pcs(monkeypatch: pytest.MonkeyPatch, cache: Cache) -> None:
    found = columns([], [], [], ["qemu-x86@trixie", "qemu-x86@sid"])
    assert [each.id for each in found] == ["qemu-x86@trixie", "qemu-x86@sid"]
    asked = ("--qemu", "qemu-x86@trixie")
    assert found[0].on(BOOT_PATHS["bios-ipxe-rom"]).options == asked
    assert found[0].on(BOOT_PATHS["ia32-http-ipv4"]).options == asked
    assert found[0].on(BOOT_PATHS["arm64-http-ipv4"]).options == ()


def test_this_machine_s_own_is_a_release_that_nobody_fetches(
    monkeypatch: pytest.MonkeyPatch, cache: Cache
) -> None:
    monkeypatch.setattr(catalogue, "host_suite", lambda: "bookworm")
    monkeypatch.setattr(catalogue, "installed_version", lambda _: "1:7.2+dfsg-7")
    monkeypatch.setattr(qemu, "installed_version", lambda _: "1:7.2+dfsg-7")
    release = catalogue.find("qemu-x86", Part.QEMU, cache=cache)
    assert (release.suite, release.version(cache), release.is_here(cache)) == (
        "bookworm",
        "1:7.2+dfsg-7",
        True,
    )
    assert catalogue.label(release, cache) == "qemu-x86@7.2"
