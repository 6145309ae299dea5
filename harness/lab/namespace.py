"""The namespaces of a lab: made, entered, and gone with their first process.

Owns `unshare` and `nsenter`. A lab's processes are started from outside, inside
its namespaces; its pid 1 only reaps. The pid namespace is the clean-up: when pid
1 dies, the kernel ends every daemon and guest, and mounts, interfaces and
addresses go with the last of them. Pid 1 dies with the thread that made the
namespaces (PDEATHSIG), so even SIGKILL of the harness leaves nothing.
"""

import os
import select
import signal
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Self

from harness import process
from harness.deadline import Deadline
from harness.errors import NetworkError
from harness.host import idmap, rights, tools

_INIT_SCRIPT = Path(__file__).with_name("init.sh")
_START_TIMEOUT_S = 20.0
_END_TIMEOUT_S = 5.0
_UMASK = 0o022
"""That of a booting server; the harness's own may shut daemons out."""
MARK = "NETBOOT_HARNESS_LAB"
"""The variable by which a lab's pid 1 is known among the host's processes."""
HOST_MARK = "NETBOOT_HARNESS_HOST"
"""The same of another host's in a lab: the lab's name and its own, `#` between them."""
_NAMESPACES = ("mount", "net", "pid", "uts", "ipc")
_ENVIRONMENT = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "LANG": "C.UTF-8",
    "HOME": "/root",
    # No daemon of a lab may find the host's message bus.
    "DBUS_SYSTEM_BUS_ADDRESS": "unix:path=/nonexistent",
}


_BEYOND = ("sys_admin", "sys_ptrace", "mknod", "sys_module", "sys_rawio", "sys_boot")
"""Capabilities by which root of a lab could change its mounts, or reach the host's disks."""
_CONFINED = ("setpriv", f"--bounding-set={','.join(f'-{name}' for name in _BEYOND)}")


def entered(pid: int, argv: Sequence[str], *, user_namespace: bool) -> list[str]:
    """Give the command line that runs `argv` in the lab whose pid 1 is `pid`."""
    user = ("--user",) if user_namespace else ()
    flags = (f"--{namespace}" for namespace in _NAMESPACES)
    return ["nsenter", f"--target={pid}", *user, *flags, "--root", "--wd=/", *argv]


def network_entered(pid: int, argv: Sequence[str], *, user_namespace: bool) -> list[str]:
    """Give the command line that runs `argv` in a lab's network, with this host's files."""
    user = ("--user",) if user_namespace else ()
    return ["nsenter", f"--target={pid}", *user, "--net", "--pid", *argv]


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Give the environment of a lab's processes: nothing of the harness's own."""
    return {**_ENVIRONMENT, **(extra or {})}


class Namespace:
    """The namespaces of one lab, alive between `__enter__` and `__exit__`."""

    def __init__(
        self, *, name: str = "", as_root: bool | None = None, beside: "Namespace | None" = None
    ) -> None:
        """Keep whether to do without a user namespace (default: when we are root).

        `name` is what people who look for running labs see. `beside`: of another host of that
        lab, with which it goes; it has the lab's users, and nothing else of it.
        """
        self.name = name
        self._lab = beside
        self.has_user_namespace = not (rights.is_root() if as_root is None else as_root)
        self._init: process.Process | None = None
        self.pid = 0
        """Pid 1 of the lab, as the host numbers it; 0 when it is not up."""
        self._said = ""

    def __enter__(self) -> Self:
        """Start pid 1 and wait until its private /run is there."""
        tools.require("unshare", "nsenter", "setpriv", "catatonit", "mount")
        is_first = self._lab is None
        user = ("--user", "--keep-caps") if self.has_user_namespace and is_first else ()
        flags = (f"--{namespace}" for namespace in _NAMESPACES)
        argv = [
            *("setpriv", "--pdeathsig", "KILL"),
            *("unshare", *user, *flags, "--fork", "--kill-child", "--mount-proc"),
            *("--propagation", "private", "sh", str(_INIT_SCRIPT)),
        ]
        self._init = process.start(
            argv if self._lab is None else self._lab._entered_beside(argv, confined=False),
            pipe_stdin=True,
            env=environment(
                {MARK: self.name}
                if self._lab is None
                else {HOST_MARK: f"{self._lab.name}#{self.name}"}
            ),
            umask=_UMASK,
        )
        try:
            self._wait_for("made")
            self.pid = self._find_pid()
            if self.has_user_namespace and is_first:
                idmap.map_ids(self.pid)
            self._go_on("prepared")
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(self, *_: object) -> None:
        """Kill pid 1 and wait until the kernel has ended everything with it."""
        init, self._init = self._init, None
        pid, self.pid = self.pid, 0  # soon it may be another process's
        if init is None:
            return
        # `unshare` lives until it has reaped pid 1, which is last to go; while it
        # lives the number is pid 1's.
        if pid and init.alive:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            init.wait(_END_TIMEOUT_S)
        init.close()

    def path(self, inside: str | Path) -> Path:
        """Give the path by which the host reaches a path of the lab."""
        return Path(f"/proc/{self.pid}/root") / str(inside).lstrip("/")

    def finish(self) -> None:
        """Let pid 1 do the mounts of /run/harness/fstab; return when they are done."""
        self._go_on("ready")

    def run(
        self,
        argv: Sequence[str],
        *,
        timeout_s: float = 30.0,
        check: bool = True,
        stdin: str | None = None,
    ) -> process.Completed:
        """Run a command inside, to its end."""
        return process.run(
            self.entered(argv),
            timeout_s=timeout_s,
            check=check,
            stdin=stdin,
            env=environment(),
            umask=_UMASK,
        )

    def start(
        self,
        argv: Sequence[str],
        *,
        log_path: Path | None = None,
        pipe_stdin: bool = False,
        env: Mapping[str, str] | None = None,
        within: Sequence[str] = (),
    ) -> process.Process:
        """Start a command inside, and keep it; what it can do ends at the lab's walls.

        It alone is given `env`: a library that lies inside is not there for who enters. The words
        `within` enter a namespace that is further inside.
        """
        words = ["env", *(f"{name}={value}" for name, value in env.items())] if env else []
        inside = self.entered([*within, *words, *_CONFINED, *argv])
        return process.start(
            inside, log_path=log_path, pipe_stdin=pipe_stdin, env=environment(), umask=_UMASK
        )

    def start_beside(
        self, argv: Sequence[str], *, log_path: Path, stdin_fd: int
    ) -> process.Process:
        """Start a program of the harness's own in the lab's network, and keep it.

        It sees this host's files, where its Python lies, and goes with the lab like all others.
        """
        inside = self._entered_beside(argv)
        return process.start(inside, log_path=log_path, stdin_fd=stdin_fd, env=environment())

    def run_beside(
        self, argv: Sequence[str], *, timeout_s: float = 30.0, check: bool = True
    ) -> process.Completed:
        """Run such a program to its end."""
        inside = self._entered_beside(argv)
        return process.run(inside, timeout_s=timeout_s, check=check, env=environment())

    def _entered_beside(self, argv: Sequence[str], *, confined: bool = True) -> list[str]:
        if not self.pid:
            raise NetworkError("the lab's namespaces are not up")
        words = [*(_CONFINED if confined else ()), *argv]
        return network_entered(self.pid, words, user_namespace=self.has_user_namespace)

    @property
    def pid_in_lab(self) -> int:
        """Pid 1, as the lab numbers it that this is beside (`NSpid` of proc_pid_status(5))."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        row = next(line for line in status.splitlines() if line.startswith("NSpid:"))
        return int(row.split()[-2])

    def entered(self, argv: Sequence[str]) -> list[str]:
        """Give the command line that runs `argv` inside."""
        if not self.pid:
            raise NetworkError("the lab's namespaces are not up")
        return entered(self.pid, argv, user_namespace=self.has_user_namespace)

    def signal(self, started: process.Process, number: int) -> None:
        """Send a signal to a process that was started inside.

        The harness's child is `nsenter`, which does not pass signals on; its own
        child is the one that is meant.
        """
        for pid in started.children():
            with suppress(ProcessLookupError):
                os.kill(pid, number)

    @property
    def _started(self) -> process.Process:
        if self._init is None:
            raise NetworkError("the lab's namespaces are not up")
        return self._init

    def _go_on(self, word: str) -> None:
        """Let pid 1 do its next step; return when it says `word`."""
        with suppress(BrokenPipeError):  # it died: the wait below says of what
            os.write(self._started.stdin_fd, b"go\n")
        self._wait_for(word)

    def _wait_for(self, word: str) -> None:
        """Read pid 1's output until a line says `word`."""
        output = self._started.stdout_fd
        deadline = Deadline(_START_TIMEOUT_S, f"the lab's pid 1 to be {word}")
        poller = select.poll()
        poller.register(output, select.POLLIN)
        while f"{word}\n" not in self._said:
            if not poller.poll(deadline.remaining_s * 1000):
                raise NetworkError(
                    f"the lab's namespaces are not {word} after {deadline.timeout_s:.0f} s",
                    last_lines=self._said.splitlines(),
                )
            chunk = os.read(output, 4096)
            if not chunk:
                raise NetworkError(
                    "the lab's namespaces could not be made",
                    cure="`harness doctor` says what this host does not allow",
                    last_lines=self._said.splitlines(),
                )
            self._said += chunk.decode(errors="replace")

    def _find_pid(self) -> int:
        """Find pid 1 in the host's numbering: the one child of `unshare`.

        Beside another lab that is a child itself, of what has entered it.
        """
        children = self._started.children()
        if self._lab is not None:
            children = tuple(pid for each in children for pid in process.children(each))
        if len(children) != 1:
            raise NetworkError(f"unshare has {len(children)} children, expected the lab's pid 1")
        return children[0]
