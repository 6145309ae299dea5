"""The reference site, to make slips in."""

import shutil
from pathlib import Path

import pytest

from harness.services.registry import load_site
from harness.site import Site

FIXTURES = Path(__file__).parents[2] / "fixtures"


@pytest.fixture
def showmax(tmp_path: Path) -> Site:
    """Give a copy of the reference site."""
    return load_site(shutil.copytree(FIXTURES / "showmax", tmp_path / "showmax"))


def edited(site: Site, path: str, old: str, new: str) -> tuple[Site, int]:
    """Change a file of the site; give the site, and the line of the change."""
    text = site.read(path)
    assert old in text
    (site.dir / path).write_text(text.replace(old, new, 1))
    return load_site(site.dir), text[: text.index(old)].count("\n") + 1
