"""`harness firmware` tells what there is, fetches it, and shows what identifies it."""

from pathlib import Path

import pytest

from harness import cli
from harness.assets import catalogue
from harness.assets.cache import CACHE_VARIABLE, Cache, sha256_of
from harness.assets.catalogue import Part, Release
from tests.assets.debian import FakeMirror, build_deb


@pytest.fixture(autouse=True)
def mirror(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeMirror:
    """Give a mirror that has iPXE in trixie, an empty cache, and a machine with nothing."""
    made = FakeMirror()
    monkeypatch.setattr("harness.assets.package.Apt", made.apt)
    monkeypatch.setattr(catalogue, "installed_version", lambda name: None)
    monkeypatch.setattr("harness.assets.descriptors.DIRECTORIES", (tmp_path / "none",))
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path / "cache"))
    for part in (Part.LOADER, Part.ROM):
        release = catalogue.find("ipxe", part)
        files = {path: name.encode() for name, (_, path) in release.files.items()}
        (package,) = release.packages
        made.debs[f"trixie/{package}"] = build_deb(tmp_path, package, files)
    return made


def test_it_lists_without_a_word(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["firmware"]) == 0
    said = capsys.readouterr().out
    for name in ("ovmf-x64@bookworm", "ovmf-x64@sid", "seabios@bookworm", "shim@trixie"):
        assert name in said
    assert "or a place of your own: --firmware DIR/OVMF_CODE.fd" in said


def test_what_qemus_descriptors_tell_of_is_listed_by_its_name_too(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "60-own.json").write_text("{")
    monkeypatch.setattr("harness.assets.descriptors.DIRECTORIES", (tmp_path,))
    assert cli.main(["firmware", "list"]) == 0
    assert "qemu@60-own" in capsys.readouterr().out
    assert cli.main(["firmware", "list", "qemu@60-own"]) == 2
    assert "nothing is called" not in capsys.readouterr().err
    assert cli.main(["firmware", "fetch", "qemu@60-own"]) == 2
    assert "qemu@60-own is a file of this machine's" in capsys.readouterr().err


def test_columns_are_as_wide_as_what_is_in_them(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    version = "1.2.3+git20260101.0123abcd+dfsg-1ubuntu1"
    monkeypatch.setattr(Release, "version", lambda each, _: version if each.name == "grub" else "")
    assert cli.main(["firmware"]) == 0
    head, *rows, _ = capsys.readouterr().out.splitlines()
    assert {row[head.index("HERE") :].partition(",")[0] for row in rows} <= {
        "to fetch",
        "to fetch and what it needs",
    }
    assert any(version in row for row in rows)


def test_what_was_fetched_is_here_by_its_version(
    capsys: pytest.CaptureFixture[str], mirror: FakeMirror
) -> None:
    assert cli.main(["firmware", "fetch", "ipxe@trixie"]) == 0
    said = capsys.readouterr().out
    assert "fetching ipxe of Debian trixie" in said
    assert "2 of 2: option ROM ipxe@1.2: 1.2-3" in said
    mirror.calls.clear()
    assert cli.main(["firmware", "show", "ipxe@1.2"]) == 0
    said = capsys.readouterr().out
    assert "ipxe@1.2: loader; fetched\n  ipxe.efi: " in said
    (path,) = Cache().dir.glob("package/*/root/usr/lib/ipxe/ipxe.efi")
    assert f"  ipxe.efi: {sha256_of(path)}  {path}\n" in said
    assert mirror.calls == []


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("foo", "nothing is called foo\n  cure: one of: ovmf-x64, "),
        ("grub@trixy", "there is no loader grub@trixy\n  cure: one of: grub@trixie, "),
    ],
)
def test_what_is_unknown_says_what_there_is(
    word: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["firmware", "show", word]) == 2
    assert said in capsys.readouterr().err
