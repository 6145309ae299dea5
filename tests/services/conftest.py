"""Daemons of the reference site, in a place that is no lab."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.host import tools
from harness.services.registry import load_site
from harness.site import Site
from tests.services.enclosure import FakeEnclosure

SHOWMAX = Path(__file__).parents[2] / "fixtures" / "showmax"


@pytest.fixture
def enclosure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeEnclosure]:
    """Give an enclosure on a host that has every tool; end what was started in it."""
    monkeypatch.setattr(tools, "find", lambda _tool: Path("/usr/bin/true"))
    (tmp_path / "root").mkdir()
    enclosure = FakeEnclosure(tmp_path / "root")
    yield enclosure
    for started in enclosure.started:
        started.close()


@pytest.fixture
def log_dir(tmp_path: Path) -> Path:
    """Give a directory for logs."""
    (tmp_path / "log").mkdir()
    return tmp_path / "log"


@pytest.fixture
def site() -> Site:
    """Give the reference site."""
    return load_site(SHOWMAX)
