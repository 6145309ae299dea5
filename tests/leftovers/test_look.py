"""The look finds what is left: each kind is planted once. Needs no lab."""

import os
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from harness import process
from tests.leftovers.look import Look

WORD = f"planted-{os.getpid()}"
FOREVER = "import os, sys; os.write(1, b'up\\n'); sys.stdin.read()"
IN_A_MOUNT_NAMESPACE = ("unshare", "--user", "--map-root-user", "--mount", "sh", "-c")

Start = Callable[..., process.Process]


@pytest.fixture
def look(tmp_path: Path) -> Look:
    """Give a look at a run that has not done anything."""
    scratch_dir = tmp_path / "scratch"
    scratch_dir.mkdir()
    return Look(WORD, scratch_dir, tmp_path)


@pytest.fixture
def start() -> Iterator[Start]:
    """Give a way to start a process that stays until the test's end."""
    with ExitStack() as stack:

        def start(*words: str, env: dict[str, str] | None = None) -> process.Process:
            argv = [*words, sys.executable, "-c", FOREVER]
            started = process.start(argv, pipe_stdin=True, env={**os.environ, **(env or {})})
            stack.callback(started.close)
            assert os.read(started.stdout_fd, 100) == b"up\n"
            return started

        yield start


def test_what_goes_while_it_is_looked_at_is_no_error(
    look: Look, monkeypatch: pytest.MonkeyPatch
) -> None:
    goes = look.work_dir / "goes"
    goes.mkdir()
    scan = os.scandir

    def scandir(path: os.PathLike[str] | str) -> object:
        if Path(path) == goes:
            goes.rmdir()
        return scan(path)

    monkeypatch.setattr(os, "scandir", scandir)
    assert look.left() == []
    assert not goes.exists()


def test_nothing_is_nothing(look: Look) -> None:
    assert look.left() == []


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(("env", "LEFTOVERS=" + WORD), id="environment"),
        pytest.param(("sh", "-c", f'cd "$PLACE/{WORD}-dir"; exec "$@"', "sh"), id="directory"),
        pytest.param(("sh", "-c", f'exec 7<>"$PLACE/{WORD}"; exec "$@"', "sh"), id="open-file"),
        pytest.param(
            (*IN_A_MOUNT_NAMESPACE, f'mount -t tmpfs {WORD} /mnt; exec "$@"', "sh"), id="mount"
        ),
    ],
)
def test_a_process_with_its_mark(
    look: Look, start: Start, tmp_path: Path, words: tuple[str, ...]
) -> None:
    (tmp_path / f"{WORD}-dir").mkdir()
    started = start(*words, env={"PLACE": str(tmp_path)})
    assert f"process {started.pid}" in {line.split(":")[0] for line in look.left()}


def test_a_descendant_without_any_mark(look: Look, start: Start) -> None:
    started = start("sh", "-c", '"$@"; exit', "sh")
    look.follow(started.pid)
    (child,) = started.children()
    process.run(["sh", "-c", f"kill -KILL {started.pid}"])
    assert started.wait(30) is not None
    assert [line.split(":")[0] for line in look.left()] == [f"process {child}"]


@pytest.mark.parametrize("name", ["file", ".hidden"])
def test_a_file_in_its_scratch(look: Look, name: str) -> None:
    (look.scratch_dir / name).touch()
    assert look.left() == [f"file {look.scratch_dir / name}"]


@pytest.mark.parametrize("name", [".key.0a1b.part", ".key.part", ".summary.json.new", ".latest-7"])
def test_a_half_made_file(look: Look, name: str) -> None:
    (look.work_dir / name).touch()
    assert look.left() == [f"file {look.work_dir / name}"]


def test_a_file_in_a_shared_place(look: Look) -> None:
    planted = Path("/tmp", f"harness-{WORD}")
    planted.touch()
    found = look.left()
    planted.unlink()
    assert found == [f"file {planted}"]


@pytest.mark.parametrize("abstract", [True, False])
def test_a_socket(look: Look, tmp_path: Path, abstract: bool) -> None:
    name = f"\0{WORD}" if abstract else str(tmp_path / WORD)[-100:]
    with socket.socket(socket.AF_UNIX) as planted:
        planted.bind(name)
        assert any(line.startswith("socket ") for line in look.left())


def test_a_namespace_somebody_lives_in(look: Look, start: Start) -> None:
    first = start("unshare", "--user", "--map-root-user", "--net")
    look.follow(first.pid)
    look.followed.clear()
    (found,) = look.left()
    assert found.startswith(f"process {first.pid}: ")


def test_a_mount_of_this_machine() -> None:
    code = """
import os
from tests.leftovers.look import machine
before = machine()
assert machine() == before
assert os.system("mount -t tmpfs planted /mnt") == 0
assert machine() != before
"""
    root = Path(__file__).parents[2]
    process.run([*IN_A_MOUNT_NAMESPACE[:-2], sys.executable, "-c", code], cwd=root)
