"""Names mean releases: by version, by suite, by pattern, and never a version that is gone."""

from pathlib import Path

import pytest

from harness.assets import catalogue
from harness.assets.cache import Cache
from harness.assets.catalogue import RELEASES, Part, find, find_all, label, upstream
from harness.assets.package import fetch_package
from harness.errors import UsageError
from tests.assets.debian import FakeMirror, build_deb

LISTED = {
    "bookworm/ipxe": "1.0.0+git-20190125.36a4c85-5.1",
    "trixie/ipxe": "1.21.1+git20250501.dad20602+dfsg-1",
    "sid/ipxe": "2.0.0+git20260801.ab12+dfsg-2",
}


@pytest.fixture(autouse=True)
def lists(mirror: FakeMirror) -> FakeMirror:
    """Give lists that know iPXE."""
    mirror.versions.update(LISTED)
    return mirror


def suites(word: str, cache: Cache) -> list[str]:
    """Give the suites whose iPXE a word means."""
    return [each.suite for each in find_all(word, Part.LOADER, cache=cache)]


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("ipxe", ["trixie"]),
        ("ipxe@2.0", ["sid"]),
        ("ipxe@2", ["sid"]),
        ("ipxe@1.0", ["bookworm"]),
        ("ipxe@1.21.1", ["trixie"]),
        ("ipxe@1.21.1+git20250501.dad20602+dfsg-1", ["trixie"]),
        ("ipxe@1", ["trixie"]),
        ("ipxe@sid", ["sid"]),
        ("ipxe*", ["trixie", "bookworm", "sid"]),
        ("ipxe@*", ["trixie", "bookworm", "sid"]),
        ("ipxe@1.*", ["trixie", "bookworm"]),
    ],
)
def test_a_word_means_releases(word: str, meant: list[str], cache: Cache) -> None:
    assert suites(word, cache) == meant


@pytest.mark.parametrize("word", ["ipxe@3", "ipxe@1.2", "ipxe@2.0.0.1", "ipxe@9*"])
def test_what_there_is_none_of_lists_what_there_is(word: str, cache: Cache) -> None:
    with pytest.raises(UsageError, match=rf"no loader {word[:6]}.*\n.*one of: ipxe@1.21.1"):
        find_all(word, Part.LOADER, cache=cache)


def test_no_pattern_means_what_mirrors_may_drop(lists: FakeMirror, cache: Cache) -> None:
    """It is there by its name alone: a run over all there is must not end by it."""
    lists.versions.update({"bullseye/ovmf": "2020.11-2+deb11u3", "trixie/ovmf": "2025.02-8"})
    lists.versions.update({"bookworm/ovmf": "2022.11-6", "sid/ovmf-generic": "2026.08-1"})
    for word in ("ovmf-x64@*", "ovmf-x64*", "ovmf-x64@20*"):
        assert "bullseye" not in [each.suite for each in find_all(word, Part.FIRMWARE, cache=cache)]
    for word in ("ovmf-x64@2020.11", "ovmf-x64@bullseye"):
        assert find(word, Part.FIRMWARE, cache=cache).suite == "bullseye"


def test_a_name_or_a_suite_asks_nobody(lists: FakeMirror, cache: Cache) -> None:
    assert suites("ipxe", cache) + suites("ipxe@sid", cache) == ["trixie", "sid"]
    assert lists.calls == []


def test_what_was_fetched_needs_no_lists(lists: FakeMirror, cache: Cache, tmp_path: Path) -> None:
    """So that a run offline finds what was fetched, under its version and by a pattern."""
    for suite in ("bookworm", "trixie", "sid"):
        version = LISTED[f"{suite}/ipxe"]
        lists.debs["ipxe"] = build_deb(tmp_path / suite, "ipxe", {"a": b""}, version=version)
        fetch_package("ipxe", suite, cache=cache)
    lists.calls.clear()
    assert suites("ipxe@2.0", cache) == ["sid"]
    assert suites("ipxe@*", cache) == ["trixie", "bookworm", "sid"]
    assert lists.calls == []
    labels = [label(each, cache) for each in find_all("ipxe@*", Part.LOADER, cache=cache)]
    assert labels == ["ipxe@1.21.1", "ipxe@1.0.0", "ipxe@2.0.0"]


def test_a_release_is_called_the_same_before_it_is_fetched(
    lists: FakeMirror, cache: Cache, tmp_path: Path
) -> None:
    """Else what a matrix excludes by its version would be run, on a machine that is new to it."""
    sid = find("ipxe@sid", Part.LOADER, cache=cache)
    assert label(sid, cache) == "ipxe@sid"
    catalogue.look_up(sid, cache)
    before = label(sid, cache)
    lists.calls.clear()
    catalogue.look_up(sid, cache)
    assert lists.calls == []
    version = LISTED["sid/ipxe"]
    lists.debs["ipxe"] = build_deb(tmp_path, "ipxe", {"a": b""}, version=version)
    fetch_package("ipxe", "sid", cache=cache)
    assert before == label(sid, cache) == "ipxe@2.0.0"


def test_a_version_that_a_suite_no_longer_has_is_not_found(
    lists: FakeMirror, cache: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert suites("ipxe@2.0", cache) == ["sid"]
    lists.versions["sid/ipxe"] = "2.1.0-1"
    monkeypatch.setattr(catalogue, "_LISTED", {})  # it is another day
    with pytest.raises(UsageError, match=r"there is no loader ipxe@2\.0"):
        suites("ipxe@2.0", cache)


def test_where_two_suites_have_one_version_their_suites_tell_them(
    lists: FakeMirror, cache: Cache, tmp_path: Path
) -> None:
    for suite in ("bookworm", "trixie"):
        version = f"1.4{suite == 'trixie'}+15.8-1".replace("True", "7").replace("False", "4")
        lists.debs["shim-signed"] = build_deb(
            tmp_path / suite, "shim-signed", {"a": b""}, version=version
        )
        fetch_package("shim-signed", suite, cache=cache)
    both = [each for each in RELEASES if each.name == "shim" and each.suite != "sid"]
    assert [label(each, cache) for each in both] == ["shim@15.8"] * 2
    assert [label(each, cache, like=both) for each in both] == ["shim@trixie", "shim@bookworm"]


@pytest.mark.parametrize(
    ("version", "called"),
    [
        ("2022.11-6+deb12u2", "2022.11"),
        ("2025.02-8+deb13u1", "2025.02"),
        ("1.0.0+git-20190125.36a4c85-5.1", "1.0.0"),
        ("1.21.1+git20250501.dad20602+dfsg-1", "1.21.1"),
        ("1+2.06+13+deb12u2", "2.06"),
        ("1+2.12+9+deb13u4", "2.12"),
        ("1.44~1+deb12u1+15.8-1~deb12u1", "15.8"),
        ("1.47+15.8-1", "15.8"),
        ("1:7.2+dfsg-7", "7.2"),
        ("strange", "strange"),
    ],
)
def test_a_packages_version_is_called_as_people_call_it(version: str, called: str) -> None:
    assert upstream(version) == called


def test_every_file_has_a_place_in_a_package() -> None:
    for each in catalogue.RELEASES:
        assert each.packages
        assert not any(path.startswith("/") for _, path in each.files.values())
    assert find("ipxe", Part.ROM).packages == ("ipxe-qemu",)
