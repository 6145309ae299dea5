"""Too little memory is said before any guest starts, in numbers."""

from pathlib import Path

import pytest

from harness.errors import PrerequisiteError
from harness.host import memory

GUEST_MIB = 512


@pytest.fixture
def meminfo_path(tmp_path: Path) -> Path:
    """Give the memory of a small host: 2000 MiB available."""
    path = tmp_path / "meminfo"
    path.write_text("MemTotal:       4096000 kB\nMemAvailable:   2048000 kB\n")
    return path


def test_what_fits_passes(meminfo_path: Path) -> None:
    memory.require(2, GUEST_MIB, meminfo_path=meminfo_path)


def test_what_does_not_fit_names_the_numbers_and_the_cure(meminfo_path: Path) -> None:
    with pytest.raises(PrerequisiteError) as caught:
        memory.require(8, GUEST_MIB, meminfo_path=meminfo_path)
    assert "-n 8" in caught.value.what
    assert "2000 MiB available" in caught.value.what
    assert caught.value.cure == "use -n 2"


def test_the_cure_holds(meminfo_path: Path) -> None:
    fit = memory.workers_that_fit(GUEST_MIB, available=memory.available_mib(meminfo_path))
    memory.require(fit, GUEST_MIB, meminfo_path=meminfo_path)
    with pytest.raises(PrerequisiteError):
        memory.require(fit + 1, GUEST_MIB, meminfo_path=meminfo_path)


def test_the_reserve_is_kept() -> None:
    exactly_two = 2 * (GUEST_MIB + memory.WORKER_OVERHEAD_MIB) + memory.RESERVE_MIB
    assert memory.workers_that_fit(GUEST_MIB, available=exactly_two) == 2
    assert memory.workers_that_fit(GUEST_MIB, available=exactly_two - 1) == 1


def test_not_even_one_fits(meminfo_path: Path) -> None:
    with pytest.raises(PrerequisiteError, match="end other programs"):
        memory.require(1, 4096, meminfo_path=meminfo_path)


def test_a_kernel_that_does_not_say(tmp_path: Path) -> None:
    (tmp_path / "meminfo").write_text("MemTotal: 1 kB\n")
    with pytest.raises(PrerequisiteError, match="MemAvailable"):
        memory.available_mib(tmp_path / "meminfo")
