"""A mirror without a network, and a cache of each test's own."""

from pathlib import Path

import pytest

from harness.assets import package
from harness.assets.cache import Cache
from tests.assets.debian import FakeMirror


@pytest.fixture
def mirror(monkeypatch: pytest.MonkeyPatch) -> FakeMirror:
    """Let packages come from here instead of from apt."""
    made = FakeMirror()
    monkeypatch.setattr(package, "Apt", made.apt)
    return made


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    """Give an empty cache."""
    return Cache(dir=tmp_path / "cache")
