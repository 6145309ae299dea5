"""What goes round is told from what only comes again."""

import pytest

from harness.rounds import goes_round


@pytest.mark.parametrize(
    ("seen", "sizes", "rounds"),
    [("aaa", range(1, 9), 2), ("xababa", range(1, 9), 2), ("abcabca", range(1, 4), 2)],
)
def test_a_circle_that_was_gone_round_and_is_begun_again(
    seen: str, sizes: range, rounds: int
) -> None:
    assert goes_round(seen, sizes=sizes, rounds=rounds)


@pytest.mark.parametrize(
    ("seen", "sizes", "rounds"),
    [
        ("", range(1, 9), 2),
        ("aa", range(1, 9), 2),
        ("abab", range(1, 9), 2),
        ("abababc", range(1, 9), 2),
        ("abcabca", range(1, 3), 2),
        ("abababa", range(1, 9), 4),
    ],
)
def test_what_is_not_begun_again_or_has_something_new_is_none(
    seen: str, sizes: range, rounds: int
) -> None:
    assert not goes_round(seen, sizes=sizes, rounds=rounds)
