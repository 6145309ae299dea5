"""Namespaces are made, entered, and gone with everything in them."""

import os
import signal
import sys
from pathlib import Path

import pytest

from harness import process
from harness.errors import CommandError, NetworkError, PrerequisiteError
from harness.host import tools
from harness.lab import namespace as namespaces
from harness.lab.namespace import Namespace, entered
from tests.lab.census import Census

OWNER = """
import sys
from pathlib import Path
from harness.lab.namespace import Namespace

with Namespace() as lab:
    lab.path("/run/harness/fstab").touch()
    lab.path("/run/harness/read-only").touch()
    lab.path("/run/harness/layer/hostname").write_text("lab")
    {step}
    kept = lab.start(["sleep", "600"], log_path=Path(sys.argv[1]))
    print(lab.pid, flush=True)
    sys.stdin.read()
"""


def finish(lab: Namespace) -> None:
    """Let pid 1 mount nothing at all."""
    lab.path("/run/harness/fstab").touch()
    lab.path("/run/harness/read-only").touch()
    lab.finish()


def test_command_lines_with_and_without_a_user_namespace() -> None:
    assert entered(7, ["ip", "link"], user_namespace=False) == [
        *("nsenter", "--target=7", "--mount", "--net", "--pid", "--uts", "--ipc"),
        *("--root", "--wd=/", "ip", "link"),
    ]
    assert entered(7, ["ip"], user_namespace=True)[:3] == ["nsenter", "--target=7", "--user"]


def test_an_ordinary_user_gets_a_user_namespace() -> None:
    assert Namespace(as_root=False).has_user_namespace
    assert not Namespace(as_root=True).has_user_namespace


def test_the_environment_is_the_labs_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET", "of the host")
    made = namespaces.environment({"MORE": "1"})
    assert "SECRET" not in made
    assert made["MORE"] == "1"
    assert "MORE" not in namespaces.environment()


def test_a_tool_that_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tools, "find", lambda name: None if name == "catatonit" else Path("/x"))
    with pytest.raises(PrerequisiteError, match="not installed: catatonit"):
        Namespace().__enter__()


def test_asking_before_it_is_up() -> None:
    for ask in (Namespace().finish, lambda: Namespace().run(["true"])):
        with pytest.raises(NetworkError, match="not up"):
            ask()


def test_commands_run_inside(able_host: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET", "of the host")
    with Namespace() as lab:
        finish(lab)
        assert lab.run(["id", "-u"]).stdout == "0\n"
        assert "SECRET" not in lab.run(["env"]).stdout
        assert lab.run(["sh", "-c", "umask"]).stdout == "0022\n"
        assert lab.run(["readlink", "/proc/self/ns/net"]).stdout.strip() != str(
            Path("/proc/self/ns/net").readlink()
        )
        with pytest.raises(CommandError, match="exit code 3"):
            lab.run(["sh", "-c", "exit 3"])


def test_a_command_that_is_not_there(able_host: None) -> None:
    with Namespace() as lab:
        finish(lab)
        assert lab.run(["no-such-program"], check=False).exit_code == 127


def test_files_are_reached_from_outside(able_host: None) -> None:
    with Namespace() as lab:
        lab.path("/run/harness/note").write_text("from outside")
        finish(lab)
        assert lab.run(["cat", "/run/harness/note"]).stdout == "from outside"


def test_signals_reach_what_was_started_and_not_its_keeper(able_host: None, tmp_path: Path) -> None:
    with Namespace() as lab:
        finish(lab)
        started = lab.start(
            ["sh", "-c", "trap 'echo told; exit 5' TERM; echo up; sleep 600 & wait"],
            log_path=tmp_path / "log",
        )
        while "up" not in (tmp_path / "log").read_text():
            started.wait(0.01)
        lab.signal(started, signal.SIGTERM)
        assert started.wait(30) == 5
        assert "told" in (tmp_path / "log").read_text()
        lab.signal(started, signal.SIGTERM)
        started.close()


def test_nothing_is_left(able_host: None, census: Census, tmp_path: Path) -> None:
    with Namespace() as lab:
        finish(lab)
        started = lab.start(["sleep", "600"], log_path=tmp_path / "log")
        lab.run(["ip", "link", "add", "left0", "type", "dummy"], check=False)
        lab.run(["mount", "-t", "tmpfs", "left", "/mnt"])
        made = census.namespaces(lab.pid)
        assert len(made) == 5
        assert len(set(census.inhabitants(made))) >= 2
    assert census.wait_until_empty(made, timeout_s=1.0) == []
    assert census.host() == census.before
    started.close()


def test_nothing_is_left_when_it_fails_half_way(able_host: None, census: Census) -> None:
    with Namespace() as lab:
        made = census.namespaces(lab.pid)
        lab.path("/run/harness/fstab").write_text("/no/such/thing /mnt none bind 0 0\n")
        with pytest.raises(NetworkError, match="could not be made") as caught:
            lab.finish()
    assert any("/no/such/thing" in line for line in caught.value.last_lines)
    assert census.wait_until_empty(made, timeout_s=1.0) == []


def test_a_lab_that_is_gone_is_not_mistaken_for_another(able_host: None) -> None:
    with Namespace() as lab:
        assert lab.pid
    lab.__exit__(None, None, None)
    assert lab.pid == 0
    with pytest.raises(NetworkError, match="not up"):
        lab.run(["true"])


@pytest.mark.parametrize(
    ("step", "number"),
    [
        pytest.param("pass", signal.SIGKILL, id="killed-half-way"),
        pytest.param("lab.finish()", signal.SIGKILL, id="killed"),
        pytest.param("lab.finish()", signal.SIGTERM, id="ended"),
    ],
)
def test_nothing_outlives_its_owner(
    able_host: None, census: Census, tmp_path: Path, step: str, number: int
) -> None:
    source = OWNER.format(step=step)
    owner = process.start(
        [sys.executable, "-c", source, str(tmp_path / "log")],
        pipe_stdin=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    pid = int(os.read(owner.stdout_fd, 100))
    made = census.namespaces(pid)
    os.kill(owner.pid, number)
    assert census.wait_until_empty(made, timeout_s=1.0) == []
    assert census.host() == census.before
    owner.close()
