"""How often Python looks for what only holds itself."""

import gc
from collections.abc import Iterator

import pytest

from harness import garbage


@pytest.fixture
def usual() -> Iterator[None]:
    """Python's own pace, and afterwards that of before."""
    before = gc.get_threshold()
    gc.set_threshold(700, 10, 10)
    yield
    gc.set_threshold(*before)


@pytest.mark.usefixtures("usual")
def test_it_looks_seldom_and_still_does() -> None:
    garbage.look_seldom()
    assert gc.isenabled()
    looked = gc.get_stats()[0]["collections"]
    many = [[number] for number in range(50_000)]
    assert 1 <= gc.get_stats()[0]["collections"] - looked <= len(many) // 5_000


def test_a_run_has_that_pace_from_its_first_import() -> None:
    assert gc.get_threshold()[0] > 700
