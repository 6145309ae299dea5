"""The sites that people might have: each is one, and says no more than it must."""

from pathlib import Path

import pytest

from harness.services.registry import check_site, load_site

SITES = Path(__file__).parents[2] / "fixtures" / "sites"
DIRECTORIES = sorted(path for path in SITES.iterdir() if path.is_dir())
LEAST = 16


def test_there_are_enough_and_each_is_explained() -> None:
    rows = (SITES / "README.md").read_text()
    assert len(DIRECTORIES) >= LEAST
    assert [path.name for path in DIRECTORIES if f"[{path.name}]({path.name})" not in rows] == []


@pytest.mark.parametrize("directory", DIRECTORIES, ids=lambda path: path.name)
def test_a_site_is_complete_as_it_lies(directory: Path) -> None:
    site = load_site(directory)
    check_site(site)
    assert site.name == directory.name


@pytest.mark.parametrize("directory", DIRECTORIES, ids=lambda path: path.name)
def test_what_the_files_say_is_not_said_again(directory: Path) -> None:
    assert not {"[menu]", "[files]", "[loaders]"} & set(
        (directory / "site.toml").read_text().splitlines()
    )
