"""What a guest says is drawn bite by bite: whatever a screen shows can be looked at."""

import pytest

from harness.guest.console.reader import _BITES

REDRAW = "\x1b[48;01H   Executed: will be executed automatically in {}s.{:33}\x1b[05;78H"


@pytest.mark.parametrize("before", range(0, 128, 7))
def test_each_number_of_a_count_down_is_seen_though_all_come_at_once(before: int) -> None:
    said = ("-" * before + "".join(REDRAW.format(left, "") for left in (5, 4, 3))).encode()
    bites = _BITES.findall(said)
    assert b"".join(bites) == said
    for left in (b"in 5s", b"in 4s", b"in 3s"):
        (bite,) = (each for each in bites if left in each)
        assert bite.count(b" in ") == 1
