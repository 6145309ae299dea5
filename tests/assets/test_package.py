"""A package is fetched once, whole, and its files are found as on the machine it is for."""

import os
from pathlib import Path

import pytest

from harness import process
from harness.assets import package
from harness.assets.cache import Cache
from harness.assets.package import fetch_package, find_package, installed_version
from harness.errors import PrerequisiteError
from tests.assets.debian import FakeMirror, build_deb


@pytest.fixture
def tool(mirror: FakeMirror, tmp_path: Path) -> FakeMirror:
    """Give a mirror with one package."""
    mirror.debs["tool"] = build_deb(
        tmp_path,
        "tool",
        {"boot/tool.efi": b"loader", "usr/lib/tool/plain": b"plain"},
        depends="other (>= 1)",
        links={
            "usr/lib/tool/absolute": "/boot/tool.efi",
            "usr/lib/tool/relative": "plain",
            "usr/lib/tool/loop": "loop",
        },
    )
    return mirror


def files_below(directory: Path) -> list[str]:
    return sorted(str(path) for path in directory.rglob("*") if path.is_file())


def test_a_fetched_package_says_what_it_is(tool: FakeMirror, cache: Cache) -> None:
    said: list[str] = []
    found = fetch_package("tool", "sid", cache=cache, say=said.append)
    assert (found.name, found.suite, found.version) == ("tool", "sid", "1.2-3")
    assert found.depends == "other (>= 1)"
    assert len(found.sha256) == 64
    assert said == ["fetching tool of Debian sid, 21 kB"]


def test_the_second_time_nothing_is_fetched(tool: FakeMirror, cache: Cache) -> None:
    first = fetch_package("tool", "sid", cache=cache)
    assert fetch_package("tool", "sid", cache=cache) == first
    assert find_package("tool", "sid", cache=cache) == first
    assert tool.calls == ["download tool"]


def test_processors_are_kept_apart(tool: FakeMirror, cache: Cache, tmp_path: Path) -> None:
    other = build_deb(tmp_path / "arm64", "tool", {"boot/tool.efi": b"another loader"})
    tool.debs["tool:arm64"] = other
    ours, theirs = (fetch_package("tool", "sid", arch=a, cache=cache) for a in ("amd64", "arm64"))
    contents = [each.path_of("boot/tool.efi").read_bytes() for each in (ours, theirs)]
    assert contents == [b"loader", b"another loader"]
    assert find_package("tool", "sid", cache=cache) == ours


def test_suites_are_kept_apart(tool: FakeMirror, cache: Cache) -> None:
    fetch_package("tool", "sid", cache=cache)
    assert find_package("tool", "trixie", cache=cache) is None


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("usr/lib/tool/absolute", b"loader"),
        ("usr/lib/tool/relative", b"plain"),
        ("/usr/lib/tool/plain", b"plain"),
    ],
)
def test_links_are_followed_inside_the_package(
    tool: FakeMirror, cache: Cache, path: str, content: bytes
) -> None:
    assert fetch_package("tool", "sid", cache=cache).path_of(path).read_bytes() == content


@pytest.mark.parametrize("path", ["usr/lib/tool/loop", "usr/lib/none", "usr/lib/tool"])
def test_a_file_that_is_not_there_is_named(tool: FakeMirror, cache: Cache, path: str) -> None:
    with pytest.raises(PrerequisiteError, match=f"tool 1.2-3 of sid has no /{path}"):
        fetch_package("tool", "sid", cache=cache).path_of(path)


def test_a_damaged_file_is_not_given_out(tool: FakeMirror, cache: Cache) -> None:
    found = fetch_package("tool", "sid", cache=cache)
    (found.tree / "usr/lib/tool/plain").write_bytes(b"plaim")
    with pytest.raises(PrerequisiteError, match="is not what package tool"):
        found.path_of("usr/lib/tool/plain")


def test_a_file_whose_hash_is_gone_is_not_given_out(tool: FakeMirror, cache: Cache) -> None:
    found = fetch_package("tool", "sid", cache=cache)
    (found.tree.parent / "files.json").unlink()
    with pytest.raises(PrerequisiteError, match="it is fetched again"):
        found.path_of("usr/lib/tool/plain")


def test_a_broken_download_is_tried_once_more_with_new_lists(
    tool: FakeMirror, cache: Cache
) -> None:
    tool.failures = 1
    assert fetch_package("tool", "sid", cache=cache).version == "1.2-3"
    assert tool.calls == ["download tool", "update", "download tool"]


def test_a_broken_download_leaves_nothing_and_says_why(tool: FakeMirror, cache: Cache) -> None:
    tool.failures = 2
    with pytest.raises(
        PrerequisiteError, match="package tool of Debian sid cannot be fetched"
    ) as e:
        fetch_package("tool", "sid", cache=cache)
    assert e.value.last_lines == ("E: Could not resolve",)
    assert "copy the cache directory" in e.value.cure
    assert files_below(cache.dir) == [str(cache.dir / "lock/apt-sid")]
    assert find_package("tool", "sid", cache=cache) is None


def test_a_file_that_is_no_package_leaves_nothing(
    mirror: FakeMirror, cache: Cache, tmp_path: Path
) -> None:
    mirror.debs["tool"] = tmp_path / "tool.deb"
    mirror.debs["tool"].write_bytes(b"<html>log in first</html>")
    with pytest.raises(Exception, match="dpkg-deb"):
        fetch_package("tool", "sid", cache=cache)
    assert all("/lock/" in path for path in files_below(cache.dir))
    assert find_package("tool", "sid", cache=cache) is None


def test_an_installed_package_is_told_from_one_that_is_not() -> None:
    assert installed_version("dpkg")
    assert installed_version("no-package-is-called-this") is None


def test_what_dpkg_notes_is_read_again_when_something_is_installed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    status = tmp_path / "status"
    monkeypatch.setattr(package, "_DPKG_STATUS", status)
    assert installed_version("some-daemon") is None
    for number, (state, version) in enumerate((("installed", "1"), ("config-files", None))):
        status.write_text(
            "Package: some-daemon-doc\nStatus: install ok installed\nVersion: 7\n\n"
            f"Package: some-daemon\nStatus: deinstall ok {state}\nVersion: 1\n\n"
        )
        os.utime(status, ns=(number + 1, number + 1))
        assert installed_version("some-daemon") == version


def test_dpkg_says_the_same() -> None:
    shown = process.run(["dpkg-query", "-W", "-f=${Version}", "dpkg"]).stdout
    assert installed_version("dpkg") == shown
