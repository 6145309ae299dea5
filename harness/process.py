"""The one owner of `subprocess`: run a command to its end, or start one and keep it.

A started process reports its own death through a file descriptor (pidfd), so
that nobody has to ask in a loop.
"""

import ctypes
import os
import select
import shutil
import signal
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from harness.errors import CommandError, HarnessError, PrerequisiteError

DEFAULT_TIMEOUT_S = 30.0
_END_TIMEOUT_S = 20.0
"""What a command may take to end in its own order when we are told to."""
_PR_SET_PDEATHSIG = 1
_WORKING = frozenset((b"R", b"D", b"T", b"t"))
_PAGE = 4096
_REMOVE = """
read -r _
for pause in 0 0.1 0.2 0.5 1 2; do
    sleep "$pause"
    rm -rf -- "$0" && exit
done
"""


@dataclass(frozen=True, kw_only=True)
class Completed:
    """What a command that ran to its end said."""

    argv: tuple[str, ...]
    exit_code: int
    stdout: str
    stderr: str

    @property
    def output(self) -> str:
        """Both streams, standard output first."""
        return self.stdout + self.stderr


def run(
    argv: Sequence[str],
    *,
    timeout_s: float = DEFAULT_TIMEOUT_S,
    check: bool = True,
    stdin: str | None = None,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    umask: int = -1,
) -> Completed:
    """Run a command to its end; `umask` -1 leaves it our own.

    Raises:
        PrerequisiteError: the program does not exist.
        CommandError: it exited non-zero (with `check`) or outlived `timeout_s`.
    """
    try:
        popen = subprocess.Popen(
            list(argv),
            stdin=subprocess.DEVNULL if stdin is None else subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            cwd=cwd,
            env=env,
            umask=umask,
        )
    except OSError as error:
        raise _not_run(argv, error) from error
    stdout, stderr = _followed(popen, argv, stdin=stdin, timeout_s=timeout_s)
    if check and popen.returncode != 0:
        raise CommandError(argv, exit_code=popen.returncode, output=stdout + stderr)
    return Completed(argv=tuple(argv), exit_code=popen.returncode, stdout=stdout, stderr=stderr)


def _followed(
    popen: "subprocess.Popen[str]", argv: Sequence[str], *, stdin: str | None, timeout_s: float
) -> tuple[str, str]:
    """Follow a command to its end, which comes now if we are told to end ourselves."""
    with popen:
        try:
            return popen.communicate(stdin, timeout=timeout_s)
        except subprocess.TimeoutExpired as error:
            popen.kill()
            said = f"{_text(error.stdout)}{_text(error.stderr)}"
            raise CommandError(argv, exit_code=None, output=said) from error
        except KeyboardInterrupt:
            _end(popen)
            raise
        except BaseException:
            popen.kill()
            raise


def _end(popen: "subprocess.Popen[str]") -> None:
    """End a command that may have started others, as a run of pytest has: in its own order."""
    popen.terminate()
    try:
        popen.communicate(timeout=_END_TIMEOUT_S)
    finally:
        popen.kill()


def heeded(*numbers: signal.Signals) -> tuple[signal.Signals, ...]:
    """Leave out the signals that this process is to ignore: `nohup` asks for it."""
    return tuple(each for each in numbers if signal.getsignal(each) is not signal.SIG_IGN)


@contextmanager
def ended_in_order() -> Iterator[None]:
    """Take SIGTERM and SIGHUP as Ctrl-C meanwhile, so that all that was started is ended.

    Signals are the main thread's: in another one it does nothing.
    """
    here = threading.current_thread() is threading.main_thread()
    numbers = heeded(signal.SIGTERM, signal.SIGHUP) if here else ()
    before = {number: signal.signal(number, signal.default_int_handler) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def last_line(said: str) -> str:
    """Give the last line that says something; "" when none does."""
    return next((line.strip() for line in reversed(said.splitlines()) if line.strip()), "")


def _text(said: bytes | str | None) -> str:
    """Give what a command had said before its time was over: bytes, even in text mode."""
    return said.decode(errors="replace") if isinstance(said, bytes) else said or ""


def _not_run(argv: Sequence[str], error: OSError) -> HarnessError:
    blamed = os.fsdecode(error.filename or argv[0])  # also a directory or a log
    # A directory of PATH that may not be entered hides it behind another error.
    absent = isinstance(error, FileNotFoundError) or (
        "/" not in argv[0] and shutil.which(argv[0]) is None
    )
    if absent and Path(blamed).name == Path(argv[0]).name:
        return PrerequisiteError(f"{argv[0]} is not installed")
    return PrerequisiteError(f"{argv[0]} cannot be run: {error.strerror}: {blamed}")


def children(pid: int) -> tuple[int, ...]:
    """Give the pids of the direct children of a process (of any of its threads); none if gone."""
    try:
        with os.scandir(f"/proc/{pid}/task") as tasks:
            found = b" ".join(_read(f"{task.path}/children") for task in tasks)
    except (FileNotFoundError, ProcessLookupError):
        return ()
    return tuple(map(int, found.split()))


def is_busy(pid: int) -> bool:
    """Whether a process or one below it runs, waits for a core or a disk, or is stopped."""
    try:
        with os.scandir(f"/proc/{pid}/task") as tasks:
            stats = [_read(f"{task.path}/stat") for task in tasks]
    except (FileNotFoundError, ProcessLookupError):
        return False
    # The state comes after the name, which may hold any character (proc_pid_stat(5)).
    works = any(stat.rpartition(b")")[2].split(None, 1)[0] in _WORKING for stat in stats)
    return works or any(map(is_busy, children(pid)))


def _read(path: str) -> bytes:
    """Read a file of /proc: a look at a lab's daemons reads a hundred, for which Path is slow."""
    file = os.open(path, os.O_RDONLY)
    try:
        return b"".join(iter(lambda: os.read(file, _PAGE), b""))
    finally:
        os.close(file)


class Process:
    """A process that was started and is kept: its pid, whether it lives, how it ended."""

    def __init__(self, popen: "subprocess.Popen[bytes]", argv: Sequence[str]) -> None:
        """Take over a started process; use `start`."""
        self._popen = popen
        self.argv = tuple(argv)
        self._pidfd = os.pidfd_open(popen.pid)

    @property
    def pid(self) -> int:
        """The process id, as this process sees it."""
        return self._popen.pid

    @property
    def exit_code(self) -> int | None:
        """The exit code, or None while it lives."""
        return self._popen.poll()

    @property
    def alive(self) -> bool:
        """Whether it has not ended."""
        return self.exit_code is None

    @property
    def stdin_fd(self) -> int:
        """The descriptor to write to it; only when started with `pipe_stdin`."""
        if self._popen.stdin is None:
            raise ValueError(f"{self.argv[0]} was not started with pipe_stdin")
        return self._popen.stdin.fileno()

    @property
    def stdout_fd(self) -> int:
        """The descriptor to read from it; only when started without a log."""
        if self._popen.stdout is None:
            raise ValueError(f"{self.argv[0]} writes to a log")
        return self._popen.stdout.fileno()

    @property
    def ended_fd(self) -> int:
        """A descriptor that can be read from once it has ended."""
        return self._pidfd

    def children(self) -> tuple[int, ...]:
        """Give the pids of its direct children."""
        return children(self.pid)

    def wait(self, timeout_s: float) -> int | None:
        """Wait for its end; give the exit code, or None when it still lives."""
        if self._pidfd < 0:
            return self.exit_code
        poller = select.poll()
        poller.register(self._pidfd, select.POLLIN)
        poller.poll(timeout_s * 1000)
        return self.exit_code

    def close_stdin(self) -> None:
        """Let its standard input end; harmless the second time."""
        if self._popen.stdin is not None:
            self._popen.stdin.close()

    def interrupt(self) -> None:
        """Ask it to end, as Ctrl-C does; harmless when it has ended."""
        if self.alive:
            signal.pidfd_send_signal(self._pidfd, signal.SIGINT)

    def kill(self) -> None:
        """End it at once and reap it; harmless when it has ended."""
        if self.alive:
            signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)
        self._popen.wait()

    def close(self) -> None:
        """Kill it if need be and give its descriptors back."""
        self.kill()
        for stream in (self._popen.stdin, self._popen.stdout):
            if stream is not None:
                stream.close()
        if self._pidfd >= 0:
            os.close(self._pidfd)
            self._pidfd = -1


def start(
    argv: Sequence[str],
    *,
    log_path: Path | None = None,
    pipe_stdin: bool = False,
    stdin_fd: int | None = None,
    env: Mapping[str, str] | None = None,
    umask: int = -1,
) -> Process:
    """Start a command and keep it; its standard input is nothing, a pipe, or a descriptor of ours.

    Its output goes to `log_path` (appended, so that a restart loses nothing);
    without one, standard output is a pipe and standard error is dropped into it.
    It has a session of its own: Ctrl-C in a terminal is for the harness alone,
    which ends what it has started in its own order.

    Raises:
        PrerequisiteError: the program does not exist, or cannot be run.
    """
    stdin = subprocess.PIPE if pipe_stdin else subprocess.DEVNULL
    try:
        with log_path.open("ab") if log_path else nullcontext(subprocess.PIPE) as stdout:
            popen = subprocess.Popen(
                list(argv),
                stdin=stdin_fd if stdin_fd is not None else stdin,
                stdout=stdout,
                stderr=subprocess.STDOUT,
                env=env,
                umask=umask,
                start_new_session=True,
            )
    except OSError as error:
        raise _not_run(argv, error) from error
    return Process(popen, argv)


@contextmanager
def removed_at_the_end(path: Path) -> Iterator[None]:
    """Remove a file or directory when the block ends, or when this process does not live so long.

    A shell does it at the end of its standard input, which the kernel brings about however
    we end. Whatever else of ours still writes there is ending, too: it tries again.
    """
    keeper = start(["sh", "-c", _REMOVE, str(path)], pipe_stdin=True)
    try:
        yield
    finally:
        keeper.close_stdin()
        keeper.wait(DEFAULT_TIMEOUT_S)
        keeper.close()


def end_with_parent() -> None:
    """Let the kernel kill this process when the thread that started it ends, however it does."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def replace(argv: Sequence[str], *, env: Mapping[str, str] | None = None) -> NoReturn:
    """Become another program (for `harness enter`)."""
    try:
        os.execvpe(argv[0], list(argv), os.environ if env is None else env)
    except OSError as error:
        raise _not_run(argv, error) from error
