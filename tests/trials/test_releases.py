"""What lies between two releases of one thing, in the order of their versions."""

import pytest

from harness.assets import catalogue
from harness.assets.catalogue import Part
from harness.errors import PrerequisiteError, UsageError
from harness.trials.releases import between, part_of

VERSIONS = {
    "ipxe": {"bookworm": "1.0.0+git-2019", "trixie": "1.21.1+git2025", "sid": "2.0.0+dfsg-5"},
    "ovmf": {"bullseye": "", "bookworm": "2022.11-6", "trixie": "2025.02-8"},
    "ovmf-generic": {"sid": "2026.08-1"},
    "shim-signed": {"bookworm": "1+15.8-1", "trixie": "1+16.1-2", "sid": "1+16.1-2"},
}


@pytest.fixture(autouse=True)
def versions(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give releases these versions, whatever is here."""

    def version(release: catalogue.Release, *_: object) -> str:
        return VERSIONS.get(release.packages[0], {}).get(release.suite, "")

    monkeypatch.setattr(catalogue.Release, "version", version)
    monkeypatch.setattr(catalogue, "listed_version", lambda *_, **__: "")


def test_they_are_walked_from_the_good_one_whichever_is_older() -> None:
    every = ("ipxe@1.0.0", "ipxe@1.21.1", "ipxe@2.0.0")
    assert between("ipxe@1.0", "ipxe@2.0", Part.LOADER) == every
    assert between("ipxe@sid", "ipxe@bookworm", Part.LOADER) == every[::-1]


def test_of_one_version_in_two_suites_one_is_tried() -> None:
    assert between("shim@15.8", "shim@trixie", Part.LOADER) == ("shim@15.8", "shim@16.1")


def test_what_mirrors_have_dropped_is_missed_at_an_end_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def dropped(*_: object, **__: object) -> str:
        raise PrerequisiteError("no such suite")

    monkeypatch.setattr(catalogue, "listed_version", dropped)
    every = ("ovmf-x64@2022.11", "ovmf-x64@2025.02", "ovmf-x64@2026.08")
    assert between("ovmf-x64@bookworm", "ovmf-x64@sid", Part.FIRMWARE) == every
    with pytest.raises(PrerequisiteError, match="no such suite"):
        between("ovmf-x64@bullseye", "ovmf-x64@sid", Part.FIRMWARE)


def test_what_has_nothing_between_is_refused() -> None:
    with pytest.raises(UsageError, match="two things"):
        between("ipxe@1.0", "shim@15.8", Part.LOADER)
    with pytest.raises(UsageError, match="are the same"):
        between("ipxe@1.0", "ipxe@bookworm", Part.LOADER)


def test_ends_that_are_not_one_release_are_refused() -> None:
    with pytest.raises(UsageError, match=r"ipxe@\* may mean several"):
        between("ipxe@*", "ipxe@1.0", Part.LOADER)
    with pytest.raises(UsageError, match="nobody can tell which version grub@sid is"):
        between("grub@sid", "grub@bookworm", Part.LOADER)


def test_a_name_says_what_is_varied() -> None:
    assert part_of("ovmf-x64@2022.11", "") is Part.FIRMWARE
    assert part_of("ipxe@1.0", "") is Part.LOADER
    assert part_of("ipxe@1.0", "rom") is Part.ROM
    with pytest.raises(UsageError, match="nothing is called ovmf"):
        part_of("ovmf@2022.11", "")
