"""Running labs are found among the processes, and nothing else is taken for one."""

from pathlib import Path

import pytest

from harness.lab.namespace import MARK, Namespace
from harness.lab.running import running_labs


@pytest.fixture
def proc(tmp_path: Path) -> Path:
    """Give a /proc with this process in it."""
    process(tmp_path, "self", user="user:[1]")
    return tmp_path


def process(
    proc: Path, pid: str, *, numbers: str = "", environ: str = "", user: str = "user:[1]"
) -> Path:
    """Add a process."""
    directory = proc / pid
    (directory / "ns").mkdir(parents=True)
    (directory / "ns" / "user").symlink_to(user)
    (directory / "environ").write_bytes(environ.encode())
    (directory / "status").write_text(f"Name:\tsh\nNSpid:\t{numbers}\n")
    return directory


def test_pid_1_with_the_mark_is_a_lab(proc: Path) -> None:
    process(proc, "300", numbers="300 1", environ=f"A=b\0{MARK}=/evidence/run 1/it\0")
    process(proc, "40", numbers="40 1", environ=f"{MARK}=/evidence/up", user="user:[2]")
    first, second = running_labs(proc)
    assert (first.pid, first.name, first.has_user_namespace) == (40, "up", True)
    assert (second.pid, second.evidence_dir) == (300, Path("/evidence/run 1/it"))
    assert not second.has_user_namespace
    assert str(first) == "40      up"


@pytest.mark.parametrize(
    ("numbers", "environ"),
    [
        ("300", f"{MARK}=/e"),
        ("300 7", f"{MARK}=/e"),
        ("1", f"{MARK}=/e"),
        ("300 1", ""),
        ("300 1", f"X{MARK}=/e"),
    ],
    ids=["its-unshare", "not-pid-1", "the-hosts-init", "a-container", "another-variable"],
)
def test_what_is_no_lab(proc: Path, numbers: str, environ: str) -> None:
    process(proc, "300", numbers=numbers, environ=environ)
    assert running_labs(proc) == ()


def test_processes_that_vanish_are_passed_over(proc: Path) -> None:
    (process(proc, "300") / "environ").unlink()
    (proc / "self-made").mkdir()
    (proc / "400").mkdir()
    assert running_labs(proc) == ()


def test_a_real_one_is_there_as_long_as_it_is(able_host: None) -> None:
    with Namespace(name="/evidence/mine") as lab:
        pid = lab.pid
        (found,) = (each for each in running_labs() if each.pid == pid)
        assert found.name == "mine"
        assert found.has_user_namespace == lab.has_user_namespace
    assert pid not in [each.pid for each in running_labs()]
