"""Preparing says beforehand what it fetches, checks what is there, and tidies up."""

from collections.abc import Callable

import pytest

from harness.assets import catalogue, loader, payload, prepare
from harness.assets.cache import Cache
from harness.assets.prepare import Step


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Give one step in place of the real ones."""

    def replace(fetch_mb: float) -> None:
        step = Step(what="payload", fetch_mb=fetch_mb, make=lambda: "made")
        monkeypatch.setattr(prepare, "_steps", lambda *_: iter((step,)))

    return replace


def test_what_is_fetched_is_said_beforehand(steps: Callable[[float], None], cache: Cache) -> None:
    said: list[str] = []
    steps(41)
    prepare.prepare(said.append, cache=cache)
    assert said[0].startswith("to prepare: payload; about 41 MB to fetch, 41 s at 1 MB/s")
    assert said[1:] == ["payload: made"]


def test_nothing_is_announced_when_all_is_there(
    steps: Callable[[float], None], cache: Cache
) -> None:
    said: list[str] = []
    steps(0)
    prepare.prepare(said.append, cache=cache)
    assert said == ["payload: made"]


def test_what_a_killed_run_left_is_removed(steps: Callable[[float], None], cache: Cache) -> None:
    rest = cache.dir / "payload" / ".key.part"
    rest.mkdir(parents=True)
    (cache.dir / "lock").mkdir()
    said: list[str] = []
    steps(0)
    prepare.prepare(said.append, cache=cache)
    assert said[0] == f"removed {rest}, left half-made by a run that was ended"
    assert not rest.exists()


def test_an_empty_cache_needs_everything(cache: Cache, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue, "installed_version", lambda name: None)
    steps = prepare._steps(cache, lambda _: None, prepare.DEFAULT_FIRMWARE)
    assert [(step.what, step.fetch_mb > 0) for step in steps] == [
        ("payload", True),
        ("stub payload", False),
        ("loaders", True),
        ("firmware ovmf-x64", True),
        ("firmware ovmf-ia32", True),
        ("firmware seabios", True),
    ]
    assert (payload.SUITE, loader.DEFAULT_SUITE) == ("bookworm", "trixie")


def test_the_stub_is_compiled(cache: Cache) -> None:
    steps = prepare._steps(cache, lambda _: None, ())
    (step,) = [step for step in steps if step.what == "stub payload"]
    assert step.make() == "x64 18 kB, ia32 18 kB"
