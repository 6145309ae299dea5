"""The kernel's NFS server serves in labs, and ganesha beside it, on a host that has nfsd."""

import re
import sys
from pathlib import Path

import pytest

from tests.machine import machine

TIMEOUT_S = 3600.0
"""A machine that is emulated, on a host that has other work."""
TESTS = "tests/lab/nfs"
HARNESS = str(Path(sys.executable).with_name("harness"))

pytestmark = pytest.mark.machine


def test_both_servers_serve_where_the_kernel_has_its_own(tmp_path: Path) -> None:
    done = machine.run(
        [sys.executable, "-m", "pytest", TESTS, "--require-all", "-p", "no:cacheprovider"],
        tmp_path,
        timeout_s=TIMEOUT_S,
    )
    assert done.exit_code == 0, done.output
    assert not re.search(r"=.* (skipped|deselected)", done.output), done.output


def test_the_doctor_sees_it_there_and_labs_have_it(tmp_path: Path) -> None:
    done = machine.run([HARNESS, "doctor"], tmp_path, timeout_s=TIMEOUT_S)
    assert re.search(r"^ok +NFS server +labs have the kernel's \(Linux ", done.output, re.M)


def test_files_that_it_cannot_serve_are_left_to_ganesha(tmp_path: Path) -> None:
    script = f"mount -t ramfs none /mnt && HARNESS_CACHE=/mnt/cache {HARNESS} doctor"
    done = machine.run(["sh", "-c", script], tmp_path, timeout_s=TIMEOUT_S)
    said = r"labs have nfs-ganesha \(the kernel's cannot: an overlay over /mnt/cache, /srv cannot"
    assert re.search(said, done.output), done.output


def test_what_fails_in_the_machine_fails_here(tmp_path: Path) -> None:
    done = machine.run(["sh", "-c", "test -d /proc/fs/nfsd && exit 3"], tmp_path, timeout_s=120)
    assert done.exit_code == 3, done.output
