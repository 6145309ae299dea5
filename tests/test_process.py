"""Commands are run to their end or kept, and nobody is left behind."""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from harness import process
from harness.errors import CommandError, PrerequisiteError
from harness.process import Process, is_busy


@pytest.fixture
def start() -> Iterator[Callable[..., Process]]:
    """Give `process.start`, and close whatever it started."""
    started: list[Process] = []

    def start(*argv: str, **options: object) -> Process:
        started.append(process.start(argv, **options))  # type: ignore[arg-type]
        return started[-1]

    yield start
    for each in started:
        each.close()


def test_run_gives_what_was_said_and_how_it_ended() -> None:
    done = process.run(["sh", "-c", "echo out; echo err >&2; exit 3"], check=False)
    assert (done.stdout, done.stderr, done.exit_code) == ("out\n", "err\n", 3)
    assert done.output == "out\nerr\n"


def test_run_raises_what_a_failed_command_said() -> None:
    with pytest.raises(CommandError, match="exit code 3") as caught:
        process.run(["sh", "-c", "echo out; echo err >&2; exit 3"])
    assert caught.value.last_lines == ("out", "err")


def test_run_feeds_and_otherwise_gives_nothing_to_read() -> None:
    assert process.run(["cat"], stdin="fed").stdout == "fed"
    assert process.run(["cat"]).stdout == ""


def test_run_survives_bytes_that_are_no_text() -> None:
    assert "�" in process.run(["printf", r"\377"]).stdout


def test_run_ends_a_command_that_takes_too_long_and_shows_both_its_streams() -> None:
    with pytest.raises(CommandError, match="did not end in time") as caught:
        process.run(["sh", "-c", "echo out; echo err >&2; exec sleep 60"], timeout_s=0.3)
    assert caught.value.exit_code is None
    assert caught.value.last_lines == ("out", "err")


_DRIVER = """
import signal, sys
from harness import process
signal.signal(signal.SIGHUP, signal.SIG_DFL)  # whoever runs the tests may ignore it
# It says that it is there when whoever started it has long been waiting for its end.
with process.ended_in_order():
    process.run(["sh", "-c", f"trap 'echo over >{sys.argv[1]}; exit' TERM; sleep 1;"
                 f" echo >{sys.argv[1]}; while :; do sleep 0.1; done"], timeout_s=60)
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_what_it_runs_ends_in_its_own_order_when_we_are_told_to_end(
    start: Callable[..., Process], tmp_path: Path, number: signal.Signals
) -> None:
    said = tmp_path / "said"
    driver = start(sys.executable, "-c", _DRIVER, str(said))
    while not said.exists():
        driver.wait(0.02)
    os.kill(driver.pid, number)
    assert driver.wait(30.0) not in (None, 0)
    assert said.read_text() == "over\n"


def test_a_hangup_that_is_to_be_ignored_ends_nothing() -> None:
    # So `nohup` starts it, and the terminal goes.
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with process.ended_in_order():
            os.kill(os.getpid(), signal.SIGHUP)
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)


@pytest.mark.parametrize("run", [process.run, process.start, process.replace])
def test_a_program_that_does_not_exist(run: Callable[[list[str]], object]) -> None:
    with pytest.raises(PrerequisiteError, match="no-such-program is not installed"):
        run(["no-such-program"])


def test_a_program_that_may_not_be_run(tmp_path: Path) -> None:
    program = tmp_path / "program"
    program.touch(mode=0o644)
    with pytest.raises(PrerequisiteError, match="cannot be run: Permission denied"):
        process.run([str(program)])


def test_a_directory_that_is_gone_is_not_blamed_on_the_program(tmp_path: Path) -> None:
    with pytest.raises(PrerequisiteError, match=f"true cannot be run.*{tmp_path}/none"):
        process.run(["true"], cwd=tmp_path / "none")


def test_the_umask_can_be_given(tmp_path: Path) -> None:
    process.run(["touch", "made"], cwd=tmp_path, umask=0o077)
    assert (tmp_path / "made").stat().st_mode & 0o777 == 0o600


def test_a_kept_process_lives_until_it_is_killed(start: Callable[..., Process]) -> None:
    kept = start("sleep", "60")
    assert kept.wait(0.05) is None
    assert kept.exit_code is None
    kept.kill()
    assert kept.wait(0) == -signal.SIGKILL
    assert not kept.alive


def test_a_wait_ends_with_the_process(start: Callable[..., Process]) -> None:
    assert start("sh", "-c", "exit 7").wait(30) == 7


def test_close_ends_it_and_may_be_repeated(start: Callable[..., Process]) -> None:
    descriptors = set(Path("/proc/self/fd").iterdir())
    kept = start("cat", pipe_stdin=True)
    kept.close()
    kept.close()
    assert kept.wait(1) == -signal.SIGKILL
    assert set(Path("/proc/self/fd").iterdir()) == descriptors


def test_a_log_is_appended_to(tmp_path: Path, start: Callable[..., Process]) -> None:
    log_path = tmp_path / "log"
    for word in ("first", "second"):
        start("sh", "-c", f"echo {word}; echo {word}-error >&2", log_path=log_path).wait(30)
    assert log_path.read_text().split() == ["first", "first-error", "second", "second-error"]


def test_its_pipes(start: Callable[..., Process]) -> None:
    kept = start("cat", pipe_stdin=True)
    os.write(kept.stdin_fd, b"through")
    assert os.read(kept.stdout_fd, 100) == b"through"


def test_pipes_that_were_not_asked_for(tmp_path: Path, start: Callable[..., Process]) -> None:
    kept = start("true", log_path=tmp_path / "log")
    with pytest.raises(ValueError, match="pipe_stdin"):
        _ = kept.stdin_fd
    with pytest.raises(ValueError, match="writes to a log"):
        _ = kept.stdout_fd


def test_its_children_are_known(start: Callable[..., Process]) -> None:
    kept = start("sh", "-c", "sleep 60 & echo $!; wait")
    (child,) = kept.children() if (said := os.read(kept.stdout_fd, 100)) else ()
    assert said == f"{child}\n".encode()
    os.kill(child, signal.SIGKILL)
    assert kept.wait(30) is not None
    assert kept.children() == ()


def test_ctrl_c_in_a_terminal_is_not_for_what_was_started(start: Callable[..., Process]) -> None:
    kept = start("sleep", "60")
    assert os.getsid(kept.pid) == kept.pid != os.getsid(0)


def test_replace_becomes_the_program() -> None:
    source = "from harness import process; process.replace(['sh', '-c', 'echo $A'], env={'A': 'b'})"
    assert process.run([sys.executable, "-c", source]).stdout == "b\n"


def test_who_sleeps_is_not_busy(start: Callable[..., Process]) -> None:
    """A process is judged by those below it as well."""
    kept = start("sh", "-c", "sleep 60 & echo; wait")
    os.read(kept.stdout_fd, 1)
    child = kept.children()[0]
    becomes(False, kept.pid)
    os.kill(child, signal.SIGSTOP)
    becomes(True, kept.pid)
    os.kill(child, signal.SIGKILL)
    kept.wait(30)
    assert not is_busy(kept.pid)


def becomes(busy: bool, pid: int) -> None:
    until_s = time.monotonic() + 5
    while is_busy(pid) is not busy and time.monotonic() < until_s:
        time.sleep(0.002)
    assert is_busy(pid) is busy
