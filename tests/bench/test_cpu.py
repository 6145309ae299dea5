"""CPU seconds, as /proc writes them."""

import os

import pytest

from harness import process
from tools.bench.cpu import parse_cores, parse_stat, spent_s, total_s

TICKS = os.sysconf("SC_CLK_TCK")
LINE = "42 (qemu (x) 86) S 1 42 42 0 -1 4194304 1 0 0 0 {} {} {} {} 20 0 1 0 47 31 39\n"


def line(user: int, system: int, reaped_user: int, reaped_system: int) -> str:
    """Give a line of /proc/PID/stat with these times in seconds."""
    return LINE.format(*(TICKS * s for s in (user, system, reaped_user, reaped_system)))


def test_a_name_may_hold_parentheses() -> None:
    stat = parse_stat(line(1, 2, 4, 8))
    assert (stat.pid, stat.name) == (42, "qemu (x) 86")
    assert (stat.own_s, stat.reaped_s) == pytest.approx((3.0, 12.0))


def test_the_total_is_of_the_living_and_the_reaped() -> None:
    assert total_s([parse_stat(line(1, 2, 4, 8)), parse_stat(line(1, 0, 0, 0))]) == pytest.approx(
        16.0
    )


def test_waiting_for_a_disk_is_idle_and_what_the_host_took_is_neither() -> None:
    ticks = " ".join(str(TICKS * s) for s in (1, 2, 4, 100, 10, 8, 16, 1000, 5, 5))
    found = parse_cores(f"cpu  {ticks}\ncpu0 1 1 1 1\n")
    assert (found.busy_s, found.idle_s, found.stolen_s) == pytest.approx((31, 110, 1000))


def test_what_was_spent_never_grows_less() -> None:
    before_s = spent_s()
    process.run(["true"])
    assert spent_s() >= before_s > 0
