"""A pass, a failure, and the end of memory leave nothing either."""

import contextlib
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.leftovers.killing import started
from tests.leftovers.look import machine

pytestmark = [pytest.mark.leftovers, pytest.mark.usefixtures("labs")]

CGROUPS = Path("/sys/fs/cgroup")
LIMIT = 128 << 20


@pytest.fixture
def cgroup() -> Iterator[Path]:
    """Give a cgroup with little memory (version 1 or 2), for one process alone."""
    limits = ((CGROUPS / "memory", "memory.limit_in_bytes"), (CGROUPS, "memory.max"))
    for parent, name in limits:
        directory = parent / f"leftovers-{secrets.token_hex(4)}"
        with contextlib.suppress(OSError):
            directory.mkdir()
        try:
            (directory / name).write_text(str(LIMIT))
        except OSError:
            with contextlib.suppress(OSError):
                directory.rmdir()
            continue
        yield directory
        directory.rmdir()
        return
    # A container's root may not either: no reason for a run that requires all to fail.
    pytest.skip("no memory cgroup can be made here; as root on a host one can")


@pytest.mark.parametrize(
    ("scenario", "code", "said"),
    [
        pytest.param("test_daemons", 0, "1 passed", id="pass"),
        pytest.param("test_failure", 1, "as a scenario that fails", id="failure"),
        pytest.param("test_address_space_ends", 1, "MemoryError", id="no-memory"),
    ],
)
def test_a_run_that_ends(tmp_path: Path, scenario: str, code: int, said: str) -> None:
    before = machine()
    with started(tmp_path, "-k", scenario) as run:
        assert run.end() == code
        assert said in run.log_path.read_text()
        assert run.left() == []
        assert run.unreadable() == []
    assert machine() == before


def test_a_worker_that_the_kernel_ends_for_memory(tmp_path: Path, cgroup: Path) -> None:
    before = machine()
    with started(tmp_path, "-k", "kernel_ends_it", env={"VICTIMS_CGROUP": str(cgroup)}) as run:
        assert run.end() == 1
        said = run.log_path.read_text()
        assert "crashed while running" in said
        assert "still alive" not in said
        assert run.left() == []
        assert run.unreadable() == []
    assert machine() == before
    assert not (cgroup / "cgroup.procs").read_text()
