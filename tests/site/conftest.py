"""A copy of the reference site that a test may spoil."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.services.registry import load_site
from harness.site import Site

SHOWMAX = Path(__file__).parents[2] / "fixtures" / "showmax"


@pytest.fixture
def site_dir(tmp_path: Path) -> Path:
    """Give a copy of the reference site."""
    copy = tmp_path / "showmax"
    shutil.copytree(SHOWMAX, copy)
    return copy


@pytest.fixture
def site(site_dir: Path) -> Site:
    """Give the copy, loaded."""
    return load_site(site_dir)


@pytest.fixture
def edit(site_dir: Path) -> Callable[[str, str], int]:
    """Give a way to change `site.toml`: the line that was changed is its answer."""

    def replace(old: str, new: str) -> int:
        path = site_dir / "site.toml"
        before, found, after = path.read_text().partition(old)
        if not found:
            raise AssertionError(f"{old!r} is not in site.toml")
        path.write_text(before + new + after)
        return before.count("\n") + 1

    return replace
